/// Numbers of executions that are known from papers, and from other tools.
///
/// readers, lastzero, indexer and filesystem are the programs by which partial-order reductions are compared: Flanagan and
/// Godefroid, POPL 2005 (the last two); Abdulla, Aronis, Jonsson and Sagonas, POPL 2014 (the first two, and all numbers).
/// The litmus tests have as many executions as GenMC counts for them under sequential consistency.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "counting.hpp"

namespace {

using namespace counting;

using task = std::function<void()>;

void run_all(const std::vector<task>& tasks) {
  std::vector<std::thread> threads;
  threads.reserve(tasks.size());
  for (const task& each : tasks) threads.emplace_back([&each] { each(); });
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

}  // namespace
