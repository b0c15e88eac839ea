/// Numbers of executions that are known, from papers or by arithmetic.
///
/// readers, lastzero, indexer and filesystem are the programs by which partial-order reductions are compared: Flanagan and
/// Godefroid, POPL 2005 (the last two); Abdulla, Aronis, Jonsson and Sagonas, POPL 2014 (the first two, and all numbers).
/// The litmus tests have as many executions as GenMC counts for them under sequential consistency.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "explore/explore.hpp"

namespace {

using explore::report;
using explore::strategy;

report search(const std::function<void()>& program, strategy by = strategy::exhaustive, std::uint32_t jobs = 1,
              std::chrono::milliseconds time = std::chrono::seconds(60)) {
  explore::options how;
  how.search = by;
  how.jobs = jobs;
  how.time = time;
  return explore::check(program, how);
}

void expect(std::uint64_t executions, const std::function<void()>& program, strategy by = strategy::exhaustive) {
  const report found = search(program, by);
  EXPECT_TRUE(found.passed()) << found;
  // With very many threads not all accesses to one word are remembered; then races may be missed, but no execution.
  EXPECT_TRUE(found.complete) << found;
  EXPECT_EQ(found.text.find("out of time"), std::string::npos) << found;
  EXPECT_EQ(found.executions, executions) << found;
  if (by == strategy::exhaustive) {
    EXPECT_EQ(found.states, executions) << found;
  }
  // Several workers find the same. They begin together, or such small programs would have one.
  ::setenv("QUIESCE_EXPLORE_TOGETHER", "", 1);
  for (const std::uint32_t jobs : {2U, 3U}) {
    const report shared = search(program, by, jobs);
    EXPECT_TRUE(shared.passed()) << shared;
    EXPECT_TRUE(shared.complete) << shared;
    EXPECT_EQ(shared.executions, executions) << shared;
    EXPECT_EQ(shared.states, found.states) << shared;
    EXPECT_EQ(shared.digest, found.digest) << shared;
  }
  ::unsetenv("QUIESCE_EXPLORE_TOGETHER");
}

using task = std::function<void()>;

void run_all(const std::vector<task>& tasks) {
  std::vector<std::thread> threads;
  threads.reserve(tasks.size());
  for (const task& each : tasks) threads.emplace_back([&each] { each(); });
  for (std::thread& each : threads) each.join();
}

template <class Thread>
void run_many(unsigned count, Thread thread) {
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (unsigned i = 0; i < count; ++i) threads.emplace_back([&thread, i] { thread(i); });
  for (std::thread& each : threads) each.join();
}

// --- Programs of the papers -----------------------------------------------------------------------------------------

void readers(unsigned count) {
  std::atomic<int> x{0};
  run_many(count + 1, [&](unsigned number) {
    if (number == 0) {
      x = 1;
    } else {
      static_cast<void>(x.load());
    }
  });
}

// One thread looks for the last zero of an array, from its end, while the others each write one element.
void last_zero(unsigned count) {
  std::array<std::atomic<int>, 16> array{};
  run_many(count + 1, [&](unsigned number) {
    if (number != 0) {
      array[number] = array[number - 1] + 1;
      return;
    }
    for (unsigned i = count; array[i] != 0;) --i;
  });
}

// Each thread enters four messages into a hash table; only with more than eleven threads do they meet in it.
void indexer(unsigned count) {
  constexpr unsigned size = 128;
  constexpr unsigned messages = 4;
  std::array<std::atomic<unsigned>, size> table{};
  run_many(count, [&](unsigned number) {
    for (unsigned m = 1; m <= messages; ++m) {
      const unsigned message = m * 11 + number;
      unsigned at = message * 7 % size;
      for (unsigned empty = 0; !table[at].compare_exchange_strong(empty, message); empty = 0) at = (at + 1) % size;
    }
  });
}

// Each thread gives its file a free block, looking from a place that depends on the file; both have locks.
void filesystem(unsigned count) {
  constexpr unsigned files = 32;
  constexpr unsigned blocks = 26;
  struct disk {
    std::mutex file_lock[files];
    std::mutex block_lock[blocks];
    unsigned block_of[files] = {};
    bool is_busy[blocks] = {};
  } here;
  run_many(count, [&](unsigned number) {
    const unsigned file = number % files;
    const std::lock_guard lock(here.file_lock[file]);
    if (here.block_of[file] != 0) return;
    for (unsigned block = file * 2 % blocks;; block = (block + 1) % blocks) {
      const std::lock_guard block_lock(here.block_lock[block]);
      if (here.is_busy[block]) continue;
      here.is_busy[block] = true;
      here.block_of[file] = block + 1;
      return;
    }
  });
}

TEST(PublishedCounts, ReadersOfOneWriterHaveTwoToThePowerOfTheirNumber) {
  for (const unsigned count : {1U, 2U, 8U, 10U, 13U}) expect(1U << count, [count] { readers(count); });
}

TEST(PublishedCounts, TheLastZeroOfFiveIsLookedForIn64Ways) {
  expect(64, [] { last_zero(5); });
}

TEST(PublishedCounts, TheLastZeroOfTenIsLookedForIn3328Ways) {
  expect(3'328, [] { last_zero(10); });
}

// For each of them a dozen executions are begun that end early. Once, since it takes half a minute.
TEST(PublishedCounts, TheLastZeroOfFifteenIsLookedForIn147456Ways) {
  const report found = search([] { last_zero(15); }, strategy::exhaustive, 2, std::chrono::seconds(100));
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_TRUE(found.complete) << found;
  EXPECT_EQ(found.executions, 147'456U) << found;
}

TEST(PublishedCounts, TheIndexerMeetsItselfFromTwelveThreadsOn) {
  expect(1, [] { indexer(11); });
  expect(8, [] { indexer(12); });
  expect(64, [] { indexer(13); });
  expect(512, [] { indexer(14); });
  expect(4'096, [] { indexer(15); });
}

TEST(PublishedCounts, TheFileSystemMeetsItselfFromFourteenThreadsOn) {
  expect(1, [] { filesystem(13); });
  expect(2, [] { filesystem(14); });
  expect(8, [] { filesystem(16); });
  expect(32, [] { filesystem(18); });
  expect(64, [] { filesystem(19); });
}

// --- Litmus tests ---------------------------------------------------------------------------------------------------

struct shared_words {
  std::atomic<int> x{0}, y{0}, z{0};
};

int look(const std::atomic<int>& word) { return word.load(); }

void litmus(std::uint64_t executions, const std::function<std::vector<task>(shared_words&)>& threads) {
  expect(executions, [&threads] {
    shared_words words;
    run_all(threads(words));
  });
}

TEST(LitmusCounts, StoreBuffering) {
  litmus(3, [](shared_words& w) -> std::vector<task> {
    return {[&] { w.x = 1, look(w.y); }, [&] { w.y = 1, look(w.x); }};
  });
}

TEST(LitmusCounts, MessagePassing) {
  litmus(3, [](shared_words& w) -> std::vector<task> {
    return {[&] { w.x = 1, w.y = 1; }, [&] { look(w.y), look(w.x); }};
  });
}

TEST(LitmusCounts, LoadBuffering) {
  litmus(3, [](shared_words& w) -> std::vector<task> {
    return {[&] { look(w.x), w.y = 1; }, [&] { look(w.y), w.x = 1; }};
  });
}

TEST(LitmusCounts, TwoThreadsThatWriteTwoWordsCrosswise) {
  litmus(3, [](shared_words& w) -> std::vector<task> {
    return {[&] { w.x = 1, w.y = 2; }, [&] { w.y = 1, w.x = 2; }};
  });
}

TEST(LitmusCounts, IndependentReadsOfIndependentWrites) {
  litmus(15, [](shared_words& w) -> std::vector<task> {
    return {[&] { w.x = 1; }, [&] { w.y = 1; }, [&] { look(w.x), look(w.y); }, [&] { look(w.y), look(w.x); }};
  });
}

TEST(LitmusCounts, LoadBufferingOfThree) {
  litmus(7, [](shared_words& w) -> std::vector<task> {
    return {[&] { look(w.x), w.y = 1; }, [&] { look(w.y), w.z = 1; }, [&] { look(w.z), w.x = 1; }};
  });
}

TEST(LitmusCounts, WriteToReadCausality) {
  litmus(7, [](shared_words& w) -> std::vector<task> {
    return {[&] { w.x = 1, w.z = 1; }, [&] { look(w.z), look(w.y); }, [&] { w.y = 1, look(w.x); }};
  });
}

TEST(LitmusCounts, CoherenceOfOneReader) {
  litmus(6, [](shared_words& w) -> std::vector<task> {
    return {[&] { w.x = 1, w.x = 2; }, [&] { look(w.x), look(w.x); }};
  });
}

TEST(LitmusCounts, CoherenceOfTwoWritersAndTwoReaders) {
  litmus(72, [](shared_words& w) -> std::vector<task> {
    const task reads = [&] { look(w.x), look(w.x); };
    return {[&] { w.x = 1; }, [&] { w.x = 2; }, reads, reads};
  });
}

TEST(LitmusCounts, ThreeLostUpdates) {
  litmus(36, [](shared_words& w) -> std::vector<task> {
    const task adds = [&] { w.x = w.x + 1; };
    return {adds, adds, adds};
  });
}

// --- By arithmetic --------------------------------------------------------------------------------------------------

void increments(unsigned count) {
  std::atomic<unsigned> x{0};
  run_many(count, [&](unsigned) { ++x; });
}

TEST(Counts, IncrementsComeInEachOrder) {
  std::uint64_t orders = 1;
  for (unsigned count = 2; count <= 6; ++count) {
    orders *= count;
    expect(orders, [count] { increments(count); });
  }
}

void critical_sections(unsigned threads, unsigned of_each) {
  std::mutex lock;
  unsigned entered = 0;
  run_many(threads, [&](unsigned) {
    for (unsigned i = 0; i < of_each; ++i) {
      const std::lock_guard holds(lock);
      ++entered;
    }
  });
}

// Sections of one thread keep their order: (n * k)! / (k!)^n.
TEST(Counts, CriticalSectionsComeInEachOrder) {
  expect(6, [] { critical_sections(2, 2); });
  expect(6, [] { critical_sections(3, 1); });
  expect(90, [] { critical_sections(3, 2); });
  expect(2'520, [] { critical_sections(4, 2); });
}

// One sleeps with a limit and reads, one writes and wakes, and others read. Nobody joins, so that only these count.
void sleeper_and_readers(unsigned readers) {
  static std::uint32_t word = 0;
  static std::atomic<int> x{0};
  const auto futex = [](int what, std::uint32_t value, const timespec* when) {
    ::syscall(SYS_futex, &word, what | FUTEX_PRIVATE_FLAG, value, when, nullptr, FUTEX_BITSET_MATCH_ANY);
  };
  std::thread([futex] {
    constexpr timespec when{.tv_sec = 2'000, .tv_nsec = 0};
    futex(FUTEX_WAIT_BITSET, 0, &when);
    look(x);
  }).detach();
  std::thread([futex] {
    x = 1;
    futex(FUTEX_WAKE, 1, nullptr);
  }).detach();
  for (unsigned i = 0; i < readers; ++i) std::thread([] { look(x); }).detach();
}

// The wake comes before the sleep, or ends it: then the sleeper reads what was written. After the time-out it reads that or
// not. Each of the others reads it or not.
TEST(Counts, WhoIsWokenReadsWhatWasWrittenBeforeTheWake) {
  for (const unsigned readers : {0U, 1U, 2U, 3U}) expect(4U << readers, [readers] { sleeper_and_readers(readers); });
}

// Two sleep until a limit, the first counted from when it looks at the clock if wished, unless another value is there.
void sleepers_and_writer(bool from_now) {
  static std::uint32_t word = 0;
  static std::atomic_ref<std::uint32_t> value{word};
  std::thread([from_now] {
    constexpr timespec second{.tv_sec = 1, .tv_nsec = 0};
    constexpr timespec when{.tv_sec = 2'000, .tv_nsec = 0};
    ::syscall(SYS_futex, &word, from_now ? FUTEX_WAIT : FUTEX_WAIT_BITSET, 0, from_now ? &second : &when, nullptr,
              FUTEX_BITSET_MATCH_ANY);
  }).detach();
  std::thread([] {
    constexpr timespec when{.tv_sec = 1'001, .tv_nsec = 0};
    ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 0, &when, nullptr, FUTEX_BITSET_MATCH_ANY);
  }).detach();
  std::thread([] { value = 1; }).detach();
}

// Both sleep: two begins and two time-outs in six orders. One finds the other value, and comes before the time-out of the
// one that sleeps or after it: twice two. Both find it: one. He who looks at the clock first does so before the time-out of
// the other or after it, where his own sleep, or what he finds, comes after it: two more.
TEST(Counts, WhoSleepsAndWhoFindsAnotherValueComeInEachOrder) {
  expect(11, [] { sleepers_and_writer(false); });
  const report found = search([] { sleepers_and_writer(true); });
  EXPECT_TRUE(found.complete) << found;
  EXPECT_EQ(found.states, 13U) << found;
}

// A philosopher waits for the lower fork first.
void philosophers(unsigned count) {
  std::array<std::mutex, 8> forks;
  run_many(count, [&](unsigned number) {
    const unsigned next = (number + 1) % count;
    const std::lock_guard lower(forks[number < next ? number : next]);
    const std::lock_guard higher(forks[number < next ? next : number]);
  });
}

// Two neighbours eat in either order; only around the whole table, one after the other, they cannot.
TEST(Counts, NeighboursAtATableEatInEitherOrder) {
  for (const unsigned count : {3U, 4U, 5U, 6U}) expect((1U << count) - 2, [count] { philosophers(count); });
}

std::uint64_t choose(std::uint64_t n, std::uint64_t k) { return k == 0 ? 1 : choose(n - 1, k - 1) * n / k; }

void stores(unsigned of_other, unsigned of_main) {
  std::atomic<unsigned> mine{0};
  std::atomic<unsigned> others{0};
  std::thread other([&] {
    for (unsigned i = 0; i < of_other; ++i) others = i;
  });
  for (unsigned i = 0; i < of_main; ++i) mine = i;
  other.join();
}

// The beginning and the end of a thread are steps, too; the creation comes before all and the joining after all.
TEST(Counts, DepthFirstTakesEachInterleavingOfTwoThreads) {
  for (unsigned a = 0; a <= 4; ++a) {
    for (unsigned b = 0; b <= 4; ++b) {
      expect(
          choose(a + 2 + b, b), [a, b] { stores(a, b); }, strategy::depth_first);
      expect(1, [a, b] { stores(a, b); });
    }
  }
}

void three_threads(unsigned of_first, unsigned of_second, unsigned of_third) {
  std::atomic<unsigned> words[3]{};
  std::atomic<unsigned>* const word = words;
  const unsigned count[] = {of_first, of_second, of_third};
  const unsigned* const stores_of = count;
  const auto run = [word, stores_of](unsigned number) {
    for (unsigned i = 0; i < stores_of[number]; ++i) word[number] = i;
  };
  std::thread second([run] { run(1); });
  std::thread third([run] { run(2); });
  run(0);
  second.join();
  third.join();
}

// Steps that are left to each. Those of main: the creation of the third thread, stores, two joins.
std::uint64_t orders(unsigned main_left, unsigned second_left, unsigned third_left, unsigned of_main) {
  if (main_left + second_left + third_left == 0) return 1;
  const bool has_third = main_left < of_main + 3;
  std::uint64_t sum = 0;
  if (second_left != 0) sum += orders(main_left, second_left - 1, third_left, of_main);
  if (has_third && third_left != 0) sum += orders(main_left, second_left, third_left - 1, of_main);
  const bool can_go_on = main_left > 2 || (main_left == 2 && second_left == 0) || (main_left == 1 && third_left == 0);
  if (main_left != 0 && can_go_on) sum += orders(main_left - 1, second_left, third_left, of_main);
  return sum;
}

TEST(Counts, DepthFirstTakesEachInterleavingOfThreeThreads) {
  for (const auto& [a, b, c] : {std::array{0U, 0U, 0U}, {1U, 1U, 1U}, {2U, 1U, 1U}, {1U, 2U, 1U}, {1U, 1U, 2U}}) {
    expect(
        orders(a + 3, b + 2, c + 2, a), [a, b, c] { three_threads(a, b, c); }, strategy::depth_first);
    expect(1, [a, b, c] { three_threads(a, b, c); });
  }
}

}  // namespace
