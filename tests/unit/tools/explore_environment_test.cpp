#include "explore_environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace quiesce_tool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

using change = environment_change;

TEST(ExploreEnvironment, WithoutOptionsTheProgramIsExploredAutomatically) {
  EXPECT_THAT(explore_environment({}, false), ElementsAre(change{"QUIESCE_EXPLORE", "automatic"}));
}

TEST(ExploreEnvironment, WhatIsNotGivenStaysAsItWas) { EXPECT_THAT(explore_environment({}, true), IsEmpty()); }

TEST(ExploreEnvironment, EachOptionHasItsVariableAndTimesAreMilliseconds) {
  const explore_options options{.strategy = "random",
                                .executions = std::numeric_limits<std::uint64_t>::max(),
                                .time = 2min,
                                .steps = 1,
                                .deviations = 0,
                                .spurious = 2,
                                .memory = "weak",
                                .stale_reads = 3,
                                .seed = 0,
                                .watchdog = 1ms,
                                .reuse = 4,
                                .no_leaks = true,
                                .json = "steps.json",
                                .html = "page.html",
                                .no_shrink = true,
                                .depth = 4,
                                .jobs = 2};
  EXPECT_THAT(explore_environment(options, false),
              ElementsAre(change{"QUIESCE_EXPLORE", "random"}, change{"QUIESCE_EXPLORE_REPLAY", std::nullopt},
                          change{"QUIESCE_EXPLORE_BREAK_AT", std::nullopt},
                          change{"QUIESCE_EXPLORE_EXECUTIONS", "18446744073709551615"},
                          change{"QUIESCE_EXPLORE_TIME", "120000"}, change{"QUIESCE_EXPLORE_STEPS", "1"},
                          change{"QUIESCE_EXPLORE_DEVIATIONS", "0"}, change{"QUIESCE_EXPLORE_SPURIOUS", "2"},
                          change{"QUIESCE_EXPLORE_MEMORY", "weak"}, change{"QUIESCE_EXPLORE_STALE_READS", "3"},
                          change{"QUIESCE_EXPLORE_SEED", "0"}, change{"QUIESCE_EXPLORE_WATCHDOG", "1"},
                          change{"QUIESCE_EXPLORE_REUSE", "4"}, change{"QUIESCE_EXPLORE_LEAKS", "0"},
                          change{"QUIESCE_EXPLORE_JSON", "steps.json"}, change{"QUIESCE_EXPLORE_HTML", "page.html"},
                          change{"QUIESCE_EXPLORE_SHRINK", "0"}, change{"QUIESCE_EXPLORE_DEPTH", "4"},
                          change{"QUIESCE_EXPLORE_JOBS", "2"}));
}

TEST(ExploreEnvironment, AScheduleIsReplayed) {
  EXPECT_THAT(
      explore_environment({.replay = "q1.program.12345678.a"}, false),
      ElementsAre(change{"QUIESCE_EXPLORE", "automatic"}, change{"QUIESCE_EXPLORE_REPLAY", "q1.program.12345678.a"}));
}

TEST(ExploreEnvironment, AStepToStopAtIsTold) {
  EXPECT_THAT(
      explore_environment({.replay = "q1.program.12345678.a", .break_at = 3}, true),
      ElementsAre(change{"QUIESCE_EXPLORE_REPLAY", "q1.program.12345678.a"}, change{"QUIESCE_EXPLORE_BREAK_AT", "3"}));
}

TEST(ExploreEnvironment, ASearchThatIsAskedForIsNoReplay) {
  EXPECT_THAT(explore_environment({.strategy = "exhaustive"}, true),
              ElementsAre(change{"QUIESCE_EXPLORE", "exhaustive"}, change{"QUIESCE_EXPLORE_REPLAY", std::nullopt},
                          change{"QUIESCE_EXPLORE_BREAK_AT", std::nullopt}));
}

}  // namespace
}  // namespace quiesce_tool
