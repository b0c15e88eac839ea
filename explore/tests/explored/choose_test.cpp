// choose(): a value that the search decides.
#include <gtest/gtest.h>

#include <atomic>
#include <cassert>
#include <chrono>
#include <string>
#include <thread>

#include "explore/explore.hpp"

namespace {

using explore::check;
using explore::choose;
using explore::options;
using explore::report;
using explore::strategy;
using explore::verdict;

constexpr auto strategies = {strategy::automatic, strategy::exhaustive, strategy::depth_first, strategy::bounded,
                             strategy::random};

options by(strategy search) {
  options how;
  how.name = "choose";
  how.search = search;
  return how;
}

std::atomic<int> x, y;

TEST(Choose, EveryStrategyComesToEachValue) {
  for (const strategy each : strategies) {
    for (unsigned wanted = 0; wanted < 3; ++wanted) {
      const report found = check([wanted] { assert(choose(3) != wanted); }, by(each));
      EXPECT_EQ(found.kind, verdict::failed_assertion) << wanted << ' ' << found;
    }
  }
}

TEST(Choose, HasAnExecutionForEachValue) {
  for (const strategy each : {strategy::exhaustive, strategy::depth_first, strategy::bounded}) {
    const report found = check([] { choose(7); }, by(each));
    EXPECT_TRUE(found.passed() && found.complete) << found;
    EXPECT_EQ(found.states, 7U) << found;
  }
  EXPECT_EQ(check([] { choose(7); }, by(strategy::exhaustive)).executions, 7U);
}

TEST(Choose, ChoicesOfTwoThreadsAreCombined) {
  const report found = check(
      [] {
        std::thread other([] { choose(2); });
        choose(3);
        other.join();
      },
      by(strategy::exhaustive));
  EXPECT_TRUE(found.passed() && found.complete) << found;
  EXPECT_EQ(found.executions, 6U) << found;
}

// Which steps depend on each other is known only when the values are.
TEST(Choose, TheReductionFindsAsManyStatesAsEveryInterleavingHas) {
  const auto program = [] {
    const auto write = [] { (choose(2) == 0 ? x : y) = static_cast<int>(choose(2)); };
    std::thread first(write);
    std::thread second(write);
    first.join();
    second.join();
  };
  const report reduced = check(program, by(strategy::exhaustive));
  const report all = check(program, by(strategy::depth_first));
  ASSERT_TRUE(reduced.complete && all.complete) << reduced << all;
  EXPECT_EQ(reduced.states, all.states);
  EXPECT_EQ(reduced.digest, all.digest);
  EXPECT_EQ(reduced.executions, reduced.states);
  // Of sixteen pairs of choices half write the same word, in two orders.
  EXPECT_EQ(reduced.states, 24U);
}

TEST(Choose, TheLastOfVeryManyValuesIsFoundAndReplayed) {
  const auto program = [] { assert(choose(65535) != 65534); };
  const report found = check(program, by(strategy::exhaustive));
  ASSERT_EQ(found.kind, verdict::failed_assertion) << found;
  EXPECT_EQ(found.executions, 65534U);
  EXPECT_NE(found.text.find("choose(65535) -> 65534"), std::string::npos) << found;
  options again = by(strategy::automatic);
  again.replay = found.schedule;
  const report replayed = check(program, again);
  EXPECT_EQ(replayed.kind, verdict::failed_assertion) << replayed;
  EXPECT_EQ(replayed.schedule, found.schedule);
}

TEST(Choose, AnyOtherValueThanZeroIsADeviation) {
  const auto program = [] { assert(choose(4) + choose(4) + choose(4) < 9); };
  options how = by(strategy::bounded);
  how.deviations = 2;
  EXPECT_TRUE(check(program, how).passed());
  how.deviations = 3;
  EXPECT_EQ(check(program, how).kind, verdict::failed_assertion);
}

TEST(Choose, ARandomWalkTakesEachValueEquallyOften) {
  const auto program = [] {
    bool all_zero = true;
    for (int i = 0; i < 12; ++i) all_zero = choose(2) == 0 && all_zero;
    assert(!all_zero);
  };
  options how = by(strategy::random);
  how.executions = 100;  // one in 4096 of them would be all zeroes
  EXPECT_TRUE(check(program, how).passed());
}

TEST(Choose, ValuesThatNobodyCanChooseFromAreRefused) {
  for (const unsigned values : {0U, 65536U, ~0U}) {
    const report found = check([values] { choose(values); }, by(strategy::exhaustive));
    EXPECT_EQ(found.kind, verdict::bad_use);
    EXPECT_NE(found.text.find("choose(" + std::to_string(values) + "): one can choose from 1 to 65535 values"),
              std::string::npos)
        << found;
    EXPECT_NE(found.where.find("choose_test.cpp:"), std::string::npos) << found.where;
  }
}

TEST(Choose, IsZeroOutsideOfAnExploration) {
  EXPECT_EQ(choose(5), 0U);
  EXPECT_EQ(choose(0), 0U);
}

}  // namespace
