/// Numbers of executions that are known by arithmetic.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>

#include "counting.hpp"

namespace {

using namespace counting;

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
