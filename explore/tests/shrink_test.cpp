// Shrinking, with predicates that a test makes up in place of executions.
#include "shrink.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace {

using explore::interruption;
using explore::interruptions;
using explore::shrink;

interruptions numbered(std::size_t count) {
  interruptions all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({0, static_cast<std::uint16_t>(i), 1});
  return all;
}

bool has_step(const interruptions& of, unsigned steps) {
  return std::any_of(of.begin(), of.end(), [&](const interruption& each) { return each.steps == steps; });
}

std::vector<unsigned> steps_of(const interruptions& of) {
  std::vector<unsigned> steps;
  for (const interruption& each : of) steps.push_back(each.steps);
  return steps;
}

// A trial in which those candidates fail that `fails` says.
template <class Fails>
explore::trial trial_of(Fails fails, std::size_t* tried = nullptr) {
  return [fails, tried](const std::vector<interruptions>& candidates) -> std::optional<interruptions> {
    for (const interruptions& each : candidates) {
      if (tried != nullptr) ++*tried;
      if (fails(each)) return each;
    }
    return std::nullopt;
  };
}

}  // namespace

TEST(Shrink, OneOfManyIsFoundInFewTrials) {
  for (unsigned wanted = 0; wanted < 64; ++wanted) {
    std::size_t tried = 0;
    const auto fails = [&](const interruptions& of) { return has_step(of, wanted); };
    EXPECT_EQ(steps_of(shrink(numbered(64), trial_of(fails, &tried))), std::vector<unsigned>{wanted});
    EXPECT_LT(tried, 40u) << wanted;
  }
}

TEST(Shrink, WhatIsNeededTogetherStaysTogether) {
  for (unsigned first = 0; first < 12; ++first) {
    for (unsigned second = first + 1; second < 12; ++second) {
      const auto fails = [&](const interruptions& of) { return has_step(of, first) && has_step(of, second); };
      EXPECT_EQ(steps_of(shrink(numbered(12), trial_of(fails))), (std::vector<unsigned>{first, second}));
    }
  }
}

TEST(Shrink, AFailureThatNeedsNoDeviationIsSeenAtOnce) {
  std::size_t tried = 0;
  EXPECT_TRUE(shrink(numbered(40), trial_of([](const interruptions&) { return true; }, &tried)).empty());
  EXPECT_EQ(tried, 1u);
}

TEST(Shrink, TwoThatCancelEachOtherGoTogether) {
  // There and back: without one of the two, all is well.
  const auto fails = [](const interruptions& of) {
    return has_step(of, 0) && has_step(of, 5) && has_step(of, 2) == has_step(of, 7);
  };
  const interruptions all{{0, 0, 1}, {0, 2, 1}, {0, 5, 1}, {0, 7, 1}};
  EXPECT_EQ(steps_of(shrink(all, trial_of(fails))), (std::vector<unsigned>{0, 5}));
}

TEST(Shrink, OfEquallyManyTheLowerChoicesWin) {
  const auto fails = [](const interruptions& of) { return of.size() == 1 && of[0].choice >= 2; };
  EXPECT_EQ(shrink({{0, 3, 7}}, trial_of(fails)), (interruptions{{0, 3, 2}}));
}

TEST(Shrink, WhatAnExecutionReallyHadCounts) {
  // A wish that was not to be had is none of the result's.
  const auto attempt = [](const std::vector<interruptions>& candidates) -> std::optional<interruptions> {
    for (const interruptions& each : candidates) {
      if (each.size() < 2) continue;
      return interruptions{each.front()};
    }
    return std::nullopt;
  };
  EXPECT_EQ(shrink(numbered(3), attempt).size(), 1u);
}

TEST(Shrink, WhenNothingFailsAnyMoreTheOriginalStays) {
  const auto never = trial_of([](const interruptions&) { return false; });
  EXPECT_EQ(shrink(numbered(9), never), numbered(9));
  EXPECT_EQ(shrink({}, never), interruptions{});
}

TEST(Shrink, ATrialThatTellsNonsenseMakesNothingWorseAndHasAnEnd) {
  std::size_t asked = 0;
  const auto grows = [&](const std::vector<interruptions>&) -> std::optional<interruptions> {
    ++asked;
    return numbered(20);
  };
  EXPECT_EQ(shrink(numbered(5), grows), numbered(5));
  EXPECT_LT(asked, 20u);
}
