// Exits, and what they lead to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "run_test.hpp"

namespace {

using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Not;

class RunRestart : public run_test {};

TEST_F(RunRestart, AFailureIsFollowedByGrowingDelays) {
  program_.write("Procfile", "flaky: exit 3\n");
  program_.start({"--back-off-first", "10ms", "--back-off-max", "50ms"});
  std::vector<int> delays;
  for (int i = 0; i < 5; ++i) {
    delays.push_back(program_.await("restart-scheduled", "flaky").at("delay_ms"));
    const auto scheduled_at = program_.events().back().at("ms").get<int>();
    const auto restarted = program_.await("restarted", "flaky");
    EXPECT_EQ(restarted.at("because"), "exit");
    EXPECT_THAT(restarted.at("ms").get<int>(), Ge(scheduled_at));
  }
  EXPECT_THAT(delays, ElementsAre(10, 20, 40, 50, 50));
  stop();
}

TEST_F(RunRestart, ACleanExitIsFollowedByAStartOnlyUnderAlways) {
  program_.write("Procfile", "once: true\n");
  program_.start({"--restart", "always", "--back-off-first", "1ms"});
  program_.await("restarted", "once");
  stop();
}

// foreman#593, foreman#105, strongloop/node-foreman#60: the status of the whole was 0 though a process had failed.
TEST_F(RunRestart, TheStatusIsThatOfTheProcessThatFailedFirst) {
  program_.write("Procfile", "server: exec sleep 1000\ntests: exit 7\n");
  program_.start({"--restart", "never"});
  EXPECT_EQ(program_.await_exit(), 7);
  EXPECT_THAT(program_run::left_running(), IsEmpty());
}

TEST_F(RunRestart, TheStatusOfAProcessEndedByASignalIsThatOfAShell) {
  program_.write("Procfile", "crash: kill -SEGV $$\n");
  program_.start({"--restart", "never"});
  EXPECT_EQ(program_.await_exit(), 128 + SIGSEGV);
}

TEST_F(RunRestart, AnExitSaysWhetherItIsAFailure) {
  program_.write("Procfile", "bad: exit 7\ngood: true\nweb: trap 'exit 7' TERM; touch up; while :; do sleep 1; done\n");
  program_.start({"--restart", "never", "--keep-going"});
  program_.await_file("up");
  int exits = 0;
  program_.await([&](const program_run::event& each) { return each.at("event") == "exited" && ++exits == 2; },
                 "the exits of two processes");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 7);
  EXPECT_EQ(program_.events("exited", "bad").at(0).at("failed"), true);
  EXPECT_EQ(program_.events("exited", "good").at(0).at("failed"), false);
  EXPECT_EQ(program_.events("exited", "web").at(0).at("failed"), false) << "it was told to end";
}

TEST_F(RunRestart, WithKeepGoingTheOthersRunToTheirEnd) {
  program_.make_fifo("gate");
  program_.write("Procfile", "bad: exit 7\ngood: read x < gate; echo done\n");
  program_.start({"--restart", "never", "--keep-going"});
  program_.await("exited", "bad");
  program_.open_gate("gate");
  EXPECT_EQ(program_.await_exit(), 7);
  EXPECT_THAT(program_.lines_of("good"), ElementsAre("done"));
}

TEST_F(RunRestart, WhatACommandLeftBehindIsEndedBeforeItStartsAgain) {
  program_.write("Procfile",
                 "web: mkdir lock || echo collision; (trap 'rmdir lock; exit' TERM; echo serving; "
                 "while :; do sleep 1; done) & read x < gate; exit 1\n");
  program_.make_fifo("gate");
  program_.start({"--back-off-first", "1ms"});
  program_.await_output("serving");
  program_.open_gate("gate");
  for (int i = 0; i < 2; ++i) program_.await("restarted", "web");
  EXPECT_THAT(program_.lines_of("web"), Not(::testing::Contains("collision")));
  stop();
}

TEST_F(RunRestart, DaemonsOfAnotherProcessAreLeftAlone) {
  // The second one cannot be told from a stranger: it has left the group, the session and the environment.
  program_.write("Procfile",
                 "daemons: (setsid sh -c 'echo $$; exec sleep 1000' &); "
                 "(env -i setsid sh -c 'echo $$; exec sleep 1000' &); exec sleep 1000\n"
                 "flaky: exit 1\n");
  program_.start({"--back-off-first", "1ms", "--back-off-max", "1ms"});
  program_.await_lines("daemons", 2);
  for (int i = 0; i < 2; ++i) program_.await("restarted", "flaky");
  for (const auto& pid : program_.lines_of("daemons")) EXPECT_TRUE(program_run::is_alive(std::stoi(pid)));
  stop();
}

TEST_F(RunRestart, ACommandThatCannotBeStartedIsTriedAgainLikeOneThatFails) {
  std::filesystem::create_directory(program_.folder() / "app");
  program_.write("app/Procfile", "web: rm -r ../app; exit 1\n");
  program_.start({"app/Procfile", "--back-off-first", "1ms"});
  program_.await("start-failed", "web");
  std::filesystem::create_directory(program_.folder() / "app");
  program_.await("restarted", "web");
  stop();
}

TEST_F(RunRestart, CtrlCDoesNotWaitForTheBackOff) {
  program_.write("Procfile", "flaky: exit 3\n");
  program_.start({"--back-off-first", "1h", "--back-off-max", "1h"});
  program_.await("restart-scheduled", "flaky");
  stop();
}

// process-compose#347: of two requests for a restart that came at once each started the process.
TEST_F(RunRestart, RequestsThatComeAtOnceNeverRunItTwice) {
  program_.make_fifo("gate");
  program_.write("one", "");
  program_.write("two", "");
  const std::string command =
      "mkdir lock || echo collision; trap 'echo closing; read x < gate; rmdir lock; exit' TERM; echo serving; "
      "while :; do sleep 1; done\n";
  program_.write("Procfile", "web: " + command);
  program_.start({"--watch", "web=one", "--watch", "web=two", "--debounce", "1ms", "--stop-limit", "1h"});
  program_.await_output("web     | serving");
  // A reload that replaces it, and changes of both files, before the old one is gone.
  program_.write("Procfile", "web: : again; " + command);
  program_.signal(SIGHUP);
  program_.write("one", "changed");
  program_.write("two", "changed");
  program_.await("reloaded");
  program_.await_output("web     | closing");
  program_.write("one", "changed again");
  program_.signal(SIGHUP);
  program_.await("reloaded");
  program_.open_gate("gate");
  program_.await_lines("web", 3);
  stop();
  EXPECT_THAT(program_.lines_of("web"), Not(::testing::Contains("collision")));
}

}  // namespace
