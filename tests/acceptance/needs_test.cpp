// In which order processes come and go, and those that run once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>

#include "run_test.hpp"

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RunNeeds : public run_test {
 protected:
  /// The names of the processes that had this event, in its order.
  std::vector<std::string> order_of(const std::string& event) const {
    std::vector<std::string> names;
    for (const auto& each : program_.events()) {
      if (each.at("event") == event) names.push_back(each.at("process"));
    }
    return names;
  }

  std::ptrdiff_t place_of(const std::string& event, const std::string& process) const {
    const auto& all = program_.events();
    const auto found = std::find_if(all.begin(), all.end(), [&](const program_run::event& e) {
      return e.at("event") == event && e.value("process", "") == process;
    });
    EXPECT_NE(found, all.end()) << event << " " << process;
    return found - all.begin();
  }
};

constexpr const char* chain =
    "[web]\ncommand = \"exec sleep 1000\"\nneeds = \"api\"\n"
    "[api]\ncommand = \"exec sleep 1000\"\nneeds = \"db\"\n"
    "[db]\ncommand = \"exec sleep 1000\"\n";

TEST_F(RunNeeds, TheyStartInTheirOrderAndStopInTheReverseOne) {
  program_.write("quiesce.toml", chain);
  program_.start();
  program_.await("started", "web");
  program_.signal(SIGTERM);
  expect_clean_end();
  EXPECT_THAT(order_of("started"), ElementsAre("db", "api", "web"));
  EXPECT_THAT(order_of("stopping"), ElementsAre("web", "api", "db"));
  EXPECT_LT(place_of("stopped", "web"), place_of("stopping", "api"));
  EXPECT_LT(place_of("stopped", "api"), place_of("stopping", "db"));
}

TEST_F(RunNeeds, WhoWaitsForThemIsTold) {
  program_.write("quiesce.toml", chain);
  program_.start();
  program_.await("started", "web");
  EXPECT_THAT(program_.output(), HasSubstr("web waits for api"));
  program_.signal(SIGTERM);
  expect_clean_end();
}

TEST_F(RunNeeds, ThoseThatNobodyNeedsAreToldToStopAtOnce) {
  program_.make_fifo("gate");
  program_.write("Procfile",
                 "slow: trap 'echo closing; read x < gate; exit' TERM; echo up; while :; do sleep 1; done\n"
                 "other: exec sleep 1000\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("slow    | up");
  program_.signal(SIGTERM);
  program_.await("stopped", "other");
  EXPECT_THAT(program_.events("stopped", "slow"), IsEmpty());
  program_.open_gate("gate");
  expect_clean_end();
}

TEST_F(RunNeeds, ASecondCtrlCKillsAlsoWhoWasNotToldYet) {
  program_.write("quiesce.toml",
                 "[web]\ncommand = \"trap '' TERM; echo up; while :; do sleep 1; done\"\nneeds = \"db\"\n"
                 "[db]\ncommand = \"trap '' TERM; while :; do sleep 1; done\"\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("web     | up");
  program_.signal(SIGTERM);
  program_.await("stopping", "web");
  program_.signal(SIGQUIT);
  expect_clean_end(128 + SIGQUIT);
}

// process-compose#280: a process that waited for another one could not be stopped.
TEST_F(RunNeeds, AStopWhileSomebodyWaitsStartsNobody) {
  program_.make_fifo("gate");
  program_.write(
      "quiesce.toml",
      "[web]\ncommand = \"true\"\nneeds = \"db\"\n[db]\ncommand = \"exec sleep 1000\"\nready.notify = true\n");
  program_.start();
  program_.await("started", "db");
  program_.signal(SIGTERM);
  expect_clean_end();
  EXPECT_THAT(program_.events("started", "web"), IsEmpty());
}

TEST_F(RunNeeds, WhatRunsOnceIsDoneWhenItHasExitedAndThenTheOthersStart) {
  program_.make_fifo("gate");
  program_.write("quiesce.toml",
                 "[web]\ncommand = \"cat made; exec sleep 1000\"\nneeds = \"build\"\n"
                 "[build]\ncommand = \"echo at it; read x < gate; echo built > made\"\none_shot = true\n");
  program_.start({"--restart", "always"});
  program_.await_output("build   | at it");
  EXPECT_THAT(program_.events("started", "web"), IsEmpty());
  program_.open_gate("gate");
  program_.await_output("web     | built");
  program_.signal(SIGTERM);
  expect_clean_end();
  EXPECT_THAT(program_.events("restart-scheduled", "build"), IsEmpty()) << "--restart always does not mean it";
}

TEST_F(RunNeeds, WhatRunsOnceAndFailsIsTriedAgain) {
  program_.write("quiesce.toml",
                 "[web]\ncommand = \"true\"\nneeds = \"build\"\n"
                 "[build]\ncommand = \"test -e tried || { touch tried; exit 4; }\"\none_shot = true\n");
  program_.start({"--back-off-first", "1ms"});
  expect_clean_end();
  EXPECT_EQ(program_.events("restarted", "build").size(), 1U);
  EXPECT_LT(place_of("restarted", "build"), place_of("started", "web"));
}

// process-compose#274, #400: what needed a process that failed was started all the same, or waited for ever.
TEST_F(RunNeeds, AFailureOfWhatRunsOnceIsToldToAllThatNeedIt) {
  program_.write("quiesce.toml",
                 "[web]\ncommand = \"true\"\nneeds = \"api\"\n[api]\ncommand = \"true\"\nneeds = \"build\"\n"
                 "[build]\ncommand = \"exit 4\"\none_shot = true\nrestart = \"never\"\n");
  program_.start({"--keep-going"});
  expect_clean_end(4);
  EXPECT_EQ(program_.events("not-started", "api").at(0).at("needs"), "build");
  EXPECT_EQ(program_.events("not-started", "web").at(0).at("needs"), "api");
  EXPECT_THAT(program_.output(), HasSubstr("api is not started: it needs build, which is over and was never ready"));
  EXPECT_THAT(order_of("started"), ElementsAre("build"));
}

TEST_F(RunNeeds, WhoCannotStartIsToldAlsoWhenEverythingStopsForTheFailure) {
  program_.write("quiesce.toml",
                 "[web]\ncommand = \"true\"\nneeds = \"build\"\n"
                 "[build]\ncommand = \"exit 4\"\none_shot = true\nrestart = \"never\"\n");
  program_.start();
  expect_clean_end(4);
  EXPECT_EQ(program_.events("not-started", "web").size(), 1U);
  EXPECT_THAT(order_of("started"), ElementsAre("build"));
}

TEST_F(RunNeeds, WhatRunsOnceIsDoneOnlyWhenNothingIsLeftOfIt) {
  program_.make_fifo("gate");
  program_.write("helper", "trap 'echo closing; read x < gate; exit' TERM; touch up; while :; do sleep 1; done\n");
  program_.write("quiesce.toml",
                 "[web]\ncommand = \"true\"\nneeds = \"build\"\n"
                 "[build]\ncommand = \"sh helper & until [ -e up ]; do sleep 0.01; done\"\none_shot = true\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("build   | closing");
  program_.await("exited", "build");
  program_.open_gate("gate");
  expect_clean_end();
  EXPECT_LT(place_of("orphan-ended", "build"), place_of("ready", "build"));
  EXPECT_LT(place_of("ready", "build"), place_of("started", "web"));
}

TEST_F(RunNeeds, WhoNeedsACrashedProcessRunsOn) {
  program_.make_fifo("gate");
  program_.write("quiesce.toml",
                 "[web]\ncommand = \"exec sleep 1000\"\nneeds = \"db\"\n"
                 "[db]\ncommand = \"read x < gate; exit 1\"\n");
  program_.start({"--back-off-first", "1ms"});
  program_.await("started", "web");
  program_.open_gate("gate");
  program_.await("restarted", "db");
  EXPECT_THAT(program_.events("exited", "web"), IsEmpty());
  program_.signal(SIGTERM);
  expect_clean_end();
}

}  // namespace
