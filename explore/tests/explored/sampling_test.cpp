/// Searches by lot: what they are likely to find, and what they say about that which they have not seen.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "explore/explore.hpp"

namespace {

using explore::check;
using explore::options;
using explore::report;
using explore::strategy;

constexpr std::array sampled = {strategy::sampling, strategy::pos, strategy::pct, strategy::random};

options drawn(strategy by, std::uint64_t executions, std::uint64_t seed = 1) {
  options how;
  how.name = "sampled";
  how.search = by;
  how.executions = executions;
  how.time = std::chrono::milliseconds(60'000);
  how.seed = seed;
  return how;
}

// They come in n! orders.
std::function<void()> increments(unsigned count) {
  return [count] {
    std::atomic<unsigned> x{0};
    std::vector<std::thread> threads;
    threads.reserve(count);
    for (unsigned i = 0; i < count; ++i) threads.emplace_back([&x] { ++x; });
    for (std::thread& each : threads) each.join();
  };
}

TEST(Sampling, ComesToAllOrdersOfASmallProgramAndIsNotCompleteForThat) {
  for (const strategy by : sampled) {
    const report found = check(increments(4), drawn(by, 4'000));
    EXPECT_TRUE(found.passed()) << found;
    EXPECT_EQ(found.states, 24U) << found;
    EXPECT_EQ(found.executions, 4'000U);
    EXPECT_FALSE(found.complete);
    ASSERT_TRUE(found.unseen);
    EXPECT_LT(*found.unseen, 0.002) << found;
    EXPECT_NE(found.text.find("the chance that another execution shows an order not yet seen is less than 0."),
              std::string::npos)
        << found;
    EXPECT_EQ(found.text.find(", complete"), std::string::npos) << found;
  }
}

TEST(Sampling, EstimatesTheShareOfNewOrdersAmongTheExecutionsThatFollow) {
  constexpr std::uint64_t first = 500;
  constexpr std::uint64_t more = 250;
  for (const strategy by : {strategy::pos, strategy::random}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      const report before = check(increments(6), drawn(by, first, seed));
      const report after = check(increments(6), drawn(by, first + more, seed));
      ASSERT_TRUE(before.unseen && after.unseen);
      EXPECT_LE(after.states, 720U);
      EXPECT_GT(*before.unseen, 0.1);
      const double share_of_new = static_cast<double>(after.states - before.states) / static_cast<double>(more);
      EXPECT_NEAR((*before.unseen + *after.unseen) / 2, share_of_new, 0.1) << explore::name_of(by) << ' ' << seed;
    }
  }
}

TEST(Sampling, AnOtherSearchHasNoEstimate) {
  EXPECT_FALSE(check(increments(2), drawn(strategy::exhaustive, 100)).unseen);
  options how = drawn(strategy::automatic, 3);
  EXPECT_TRUE(check(increments(4), how).unseen) << "the last part of an automatic search that does not end";
  EXPECT_EQ(check(increments(4), how).search, strategy::sampling);
}

TEST(Sampling, EqualSeedsMakeEqualExecutionsAndOthersMakeOthers) {
  for (const strategy by : sampled) {
    const report one = check(increments(5), drawn(by, 50, 7));
    const report again = check(increments(5), drawn(by, 50, 7));
    EXPECT_EQ(one.digest, again.digest);
    EXPECT_EQ(one.states, again.states);
    EXPECT_NE(one.digest, check(increments(5), drawn(by, 50, 8)).digest);
  }
}

TEST(Sampling, InTurnIsNoneOfItsWaysAlone) {
  const report mixed = check(increments(6), drawn(strategy::sampling, 80));
  for (const strategy by : {strategy::pos, strategy::pct, strategy::random}) {
    EXPECT_NE(mixed.digest, check(increments(6), drawn(by, 80)).digest) << explore::name_of(by);
  }
}

TEST(Sampling, ADepthOfOneNeverInterruptsAThread) {
  const auto program = [] {
    static std::atomic<int> word;
    const auto add = [] { word.store(word.load() + 1); };
    std::thread a(add);
    std::thread b(add);
    a.join();
    b.join();
    assert(word == 2);
  };
  options how = drawn(strategy::pct, 500);
  how.depth = 1;
  EXPECT_TRUE(check(program, how).passed());
  how.depth = 2;
  EXPECT_FALSE(check(program, how).passed());
  for (const std::uint32_t depth : {0U, 33U}) {
    how.depth = depth;
    EXPECT_EQ(check(program, how).kind, explore::verdict::not_modelled);
  }
}

// A step that waits beside many, all on one word, comes before each of them with a probability of a half, and so before the
// k-th with one of 1 / 2^k: it gets a new priority whenever one of them is made. With the first one it would come to each place.
TEST(Sampling, AStepIsDrawnAnewWhenOneIsMadeThatItDependsOn) {
  constexpr unsigned stores = 15;
  const auto program = [] {
    static std::atomic<unsigned> word;
    std::thread many([] {
      for (unsigned i = 0; i < stores; ++i) word = i;
    });
    word = stores;
    many.join();
  };
  EXPECT_EQ(check(program, drawn(strategy::exhaustive, 1'000)).executions, stores + 1);
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const report found = check(program, drawn(strategy::pos, 500, seed));
    EXPECT_GE(found.states, 6U) << found;
    EXPECT_LE(found.states, stores - 1) << found;
  }
}

}  // namespace
