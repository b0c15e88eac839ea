// The end: whom it reaches, how long it takes, and what is said meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "run_test.hpp"

namespace {

using ::testing::ContainsRegex;

class RunStop : public run_test {};

// process-compose#506: processes that had ended because they were told to were taken for failures.
TEST_F(RunStop, CtrlCEndsEverythingAndTheStatusIsZero) {
  program_.write("Procfile", "one: exec sleep 1000\ntwo: trap 'exit 9' TERM; echo ready; while :; do sleep 1; done\n");
  program_.start({"--stop-limit", "1h", "--restart", "never"});
  program_.await("started", "one");
  program_.await_output("two     | ready");
  program_.signal(SIGINT);
  expect_clean_end();
  EXPECT_EQ(program_.events("exited", "two").at(0).at("status"), 9) << "told to end, so this is no failure";
}

// process-compose#354, #258: a shutdown that hangs for an hour, and nobody says for whom.
TEST_F(RunStop, SaysWhomItWaitsForAndKillsAtTheLimit) {
  program_.write("Procfile", "stubborn: trap '' TERM; sleep 1000 & echo ready; wait\n");
  program_.start({"--stop-limit", "1200ms"});
  program_.await_output("stubborn | ready");
  program_.signal(SIGTERM);
  const auto told = program_.await("signalled", "stubborn");
  EXPECT_GE(program_.await("waiting", "stubborn").at("waited_ms"), 1000);
  const auto killed = program_.await("killed", "stubborn");
  EXPECT_GE(killed.at("ms").get<int>() - told.at("ms").get<int>(), 1200);
  expect_clean_end();
  EXPECT_THAT(program_.output(), ContainsRegex("waiting [0-9.]+ s for stubborn \\(pid [0-9]+, SIGTERM sent, 1 "
                                               "grandchild alive: (sh|sleep) [0-9]+\\), kill in [0-9.]+ m?s\n"));
}

TEST_F(RunStop, SaysAnewEverySecondWhomItWaitsFor) {
  program_.write("Procfile", "stubborn: trap '' TERM; echo ready; while :; do sleep 1; done\n");
  program_.start({"--stop-limit", "3500ms"});
  program_.await_output("stubborn | ready");
  program_.signal(SIGTERM);
  for (int seconds = 1; seconds <= 3; ++seconds) {
    EXPECT_GE(program_.await("waiting", "stubborn").at("waited_ms"), seconds * 1000);
  }
  expect_clean_end();
}

// process-compose#520: the command obeyed, a child in its group did not, and was left running.
TEST_F(RunStop, KillsAChildThatIgnoresTheSignalThoughItsParentObeyed) {
  program_.write("Procfile", "web: (trap '' TERM; echo ready; while :; do sleep 1; done) & wait\n");
  program_.start({"--stop-limit", "1200ms"});
  program_.await_output("web     | ready");
  program_.signal(SIGTERM);
  program_.await("exited", "web");
  program_.await("waiting", "web");
  program_.await("killed", "web");
  expect_clean_end();
  EXPECT_THAT(program_.output(), ContainsRegex("for web \\(pid [0-9]+ has exited, SIGTERM sent, [12] grandchild"));
}

TEST_F(RunStop, ASecondCtrlCKillsAtOnce) {
  program_.write("Procfile", "stubborn: trap '' TERM; echo ready; while :; do sleep 1; done\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("stubborn | ready");
  // Signals that follow each other closely count as one, so it has to be sent until it counts.
  program_.await([](const program_run::event& e) { return e.at("event") == "killed"; }, "the kill",
                 [&] { program_.signal(SIGINT); });
  expect_clean_end(128 + SIGINT);
}

// `timeout`, `npm` and others pass on a signal that the group has had already.
TEST_F(RunStop, ASignalThatArrivesTwiceIsOneRequest) {
  program_.make_fifo("gate");
  program_.write("Procfile",
                 "slow: trap 'echo closing; read x < gate; exit' TERM; echo ready; while :; do sleep 1; done\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("slow    | ready");
  program_.signal(SIGINT);
  program_.signal(SIGTERM);
  program_.await_output("closing");
  program_.open_gate("gate");
  expect_clean_end();
}

TEST_F(RunStop, CtrlBackslashKillsAtOnce) {
  program_.write("Procfile", "stubborn: trap '' TERM; echo ready; while :; do sleep 1; done\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("stubborn | ready");
  program_.signal(SIGQUIT);
  expect_clean_end(128 + SIGQUIT);
}

TEST_F(RunStop, DuringAStopThatNobodyAskedForTheFirstCtrlCDoesNotKillYet) {
  program_.make_fifo("gate");
  program_.write(
      "Procfile",
      "slow: trap 'echo closing; read x < gate; exit' TERM; echo ready; touch up; while :; do sleep 1; done\n"
      "bad: until [ -e up ]; do sleep 0.01; done; exit 4\n");
  program_.start({"--restart", "never", "--stop-limit", "1h"});
  program_.await_output("slow    | closing");
  program_.signal(SIGINT);
  program_.await_output("stopping already");
  program_.open_gate("gate");
  expect_clean_end(4);
}

TEST_F(RunStop, AProcessThatIsStoppedCanStillEndOrderly) {
  program_.write("Procfile", "web: trap 'echo bye; exit' TERM; echo $$; kill -STOP $$; while :; do sleep 1; done\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("web     | ");
  program_.signal(SIGTERM);
  expect_clean_end();
  EXPECT_THAT(program_.lines_of("web"), ::testing::Contains("bye"));
}

// overmind#50, #86: when the terminal was closed, everything ran on.
TEST_F(RunStop, AClosedTerminalStopsEverything) {
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.use_terminal();
  program_.start();
  program_.await("started", "web");
  program_.close_terminal();
  EXPECT_EQ(program_.await("stop-requested").at("because"), "SIGHUP");
  expect_clean_end();
}

TEST_F(RunStop, UnderNohupAClosedTerminalStopsNothing) {
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.ignore(SIGHUP);
  program_.start();
  program_.await("started", "web");
  program_.signal(SIGHUP);
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await("stop-requested").at("because"), "SIGTERM");
  expect_clean_end();
}

// With SIGCHLD ignored the kernel takes away exit statuses, and a parent may hand that on.
TEST_F(RunStop, AParentThatIgnoresItsChildrenDoesNotMakeUsLoseOurs) {
  program_.write("Procfile", "web: exit 6\n");
  program_.ignore(SIGCHLD);
  program_.start({"--restart", "never"});
  expect_clean_end(6);
}

// foreman#235: started in the background of a script, which ignores SIGINT for it, it could not be stopped by that.
TEST_F(RunStop, SigintStopsEverythingThoughItWasIgnoredAtTheStart) {
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.ignore(SIGINT);
  program_.start({"--stop-limit", "1h"});
  program_.await("started", "web");
  program_.signal(SIGINT);
  EXPECT_EQ(program_.await("stop-requested").at("because"), "SIGINT");
  expect_clean_end();
}

// Who starts it may have blocked them, as a program does that takes its own signals in one of its threads.
TEST_F(RunStop, SignalsThatWereBlockedAtTheStartArrive) {
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.block({SIGTERM, SIGHUP, SIGQUIT, SIGCHLD});
  program_.start({"--stop-limit", "1h"});
  program_.await("started", "web");
  program_.signal(SIGHUP);
  program_.await("reloaded");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await("stop-requested").at("because"), "SIGTERM");
  expect_clean_end();
}

}  // namespace
