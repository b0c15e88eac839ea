// Exits, changes of files, and what they lead to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "program_run.hpp"

namespace {

using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Not;

class RunRestart : public ::testing::Test {
 protected:
  void stop() {
    program_.signal(SIGTERM);
    EXPECT_EQ(program_.await_exit(), 0);
    EXPECT_THAT(program_run::left_running(), IsEmpty());
  }

  program_run program_;
};

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

// watchexec#544, #274, #960: the shell died, the restart came, and the old server still held the port.
TEST_F(RunRestart, WaitsUntilTheOldServerIsGoneAndNotOnlyItsShell) {
  program_.make_fifo("gate");
  program_.write("file", "");
  program_.write("server",
                 "mkdir lock || echo collision\n"
                 "trap 'echo closing; read x < gate; rmdir lock; exit' TERM\n"
                 "echo serving $$\n"
                 "while :; do sleep 1; done\n");
  program_.write("Procfile", "web: sh server & wait\n");
  program_.start({"--watch", "web=file", "--stop-limit", "1h"});
  program_.await_output("serving");
  program_.write("file", "changed");
  program_.await("exited", "web");
  program_.await_output("closing");
  EXPECT_THAT(program_.events("restarted", "web"), IsEmpty());
  EXPECT_THAT(program_run::left_running(), Not(IsEmpty()));
  program_.open_gate("gate");
  EXPECT_EQ(program_.await("restarted", "web").at("because"), "change");
  EXPECT_THAT(program_.lines_of("web"), Not(::testing::Contains("collision")));
  stop();
}

// watchexec#200: a change that came while the program was busy was lost, and so were all later ones.
TEST_F(RunRestart, AChangeDuringTheRestartIsNotLost) {
  program_.make_fifo("gate");
  program_.write("file", "first");
  program_.write("Procfile",
                 "web: echo saw $(cat file); trap 'echo closing; read x < gate; exit' TERM; "
                 "while :; do sleep 1; done\n");
  program_.start({"--watch", "web=file", "--debounce", "1ms", "--stop-limit", "1h"});
  program_.await_output("saw first");
  program_.write("file", "second");
  program_.await_output("closing");
  program_.write("file", "third");
  program_.await("file-changed", "web");
  program_.open_gate("gate");
  program_.await_output("saw third");
  program_.write("file", "fourth");
  program_.await_output("saw fourth");
  stop();
}

TEST_F(RunRestart, AChangeWhileAnExitIsClearedUpIsNotLost) {
  program_.make_fifo("gate");
  program_.write("file", "first");
  program_.write("helper", "trap 'echo closing; read x < gate; exit' TERM; touch up; while :; do sleep 1; done\n");
  program_.write("Procfile",
                 "web: echo saw $(cat file); rm -f up; sh helper & until [ -e up ]; do sleep 0.01; done; exit 0\n");
  program_.start({"--watch", "web=file", "--debounce", "1ms", "--stop-limit", "1h"});
  program_.await_output("closing");
  program_.write("file", "second");
  program_.await("file-changed", "web");
  // That the next change is told shows that the first one has been acted on.
  program_.await([](const program_run::event& e) { return e.at("event") == "file-changed"; }, "one more change",
                 [&] { program_.write("file", "second"); });
  program_.open_gate("gate");
  program_.await_output("saw second");
  EXPECT_GT(program_.output().find("rests until"), program_.output().find("saw second"));
  stop();
}

// air#908, vscode#15111: only the first save was seen of an editor that renames a new file over the old one.
TEST_F(RunRestart, EverySaveByRenameIsSeen) {
  program_.write("app.toml", "0");
  program_.write("Procfile", "web: echo version $(cat app.toml); exec sleep 1000\n");
  program_.start({"--watch", "web=app.toml", "--debounce", "1ms"});
  program_.await_output("version 0");
  for (int i = 1; i <= 5; ++i) {
    program_.write_by_rename("app.toml", std::to_string(i));
    program_.await_output("version " + std::to_string(i));
  }
  stop();
}

TEST_F(RunRestart, AFileThatIsRemovedAndMadeAgainIsStillWatched) {
  program_.write("app.toml", "0");
  program_.write("Procfile", "web: echo version $(cat app.toml || echo none); exec sleep 1000\n");
  program_.start({"--watch", "web=app.toml", "--debounce", "1ms"});
  program_.await_output("version 0");
  std::filesystem::remove(program_.folder() / "app.toml");
  program_.await_output("version none");
  program_.write("app.toml", "1");
  program_.await_output("version 1");
  stop();
}

// watchdog#997: each change prolonged the window, so that steady changes put off the restart for ever.
TEST_F(RunRestart, SteadyChangesDelayARestartButDoNotPreventIt) {
  program_.write("file", "");
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.start({"--watch", "web=file", "--debounce", "300ms"});
  program_.await("started", "web");
  int changes = 0;
  // Each look for the event takes some milliseconds: far less than the window. So there never is a quiet one.
  program_.await([&](const program_run::event& e) { return e.at("event") == "restarted"; },
                 "a restart while the file changes", [&] { program_.write("file", std::to_string(++changes)); });
  EXPECT_THAT(changes, Ge(3));
  stop();
}

// watchexec#375: Ctrl-C was noticed only when the debounce period was over.
TEST_F(RunRestart, CtrlCDoesNotWaitForTheDebounce) {
  program_.write("file", "");
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.start({"--watch", "web=file", "--debounce", "1h"});
  program_.await("started", "web");
  program_.write("file", "changed");
  program_.await("file-changed", "web");
  program_.signal(SIGINT);
  EXPECT_EQ(program_.await_exit(), 0);
}

TEST_F(RunRestart, ChangesOfADirectoryAndOfSeveralPathsAreSeen) {
  std::filesystem::create_directory(program_.folder() / "source");
  program_.write("file", "");
  program_.write("Procfile", "web: exec sleep 1000\nother: exec sleep 1000\n");
  program_.start({"--watch", "web=source", "--watch", "web=file", "--watch", "other=file", "--debounce", "1ms"});
  program_.await("started", "other");
  program_.write("source/new", "");
  EXPECT_EQ(program_.await("file-changed").at("path"), "source");
  program_.await("restarted", "web");
  EXPECT_THAT(program_.events("restarted", "other"), IsEmpty());
  program_.write("file", "changed");
  program_.await("restarted", "other");
  stop();
}

TEST_F(RunRestart, AProcessThatIsDoneStartsAgainAfterAChange) {
  program_.write("file", "one");
  program_.write("Procfile", "build: echo built $(cat file)\n");
  program_.start({"--watch", "build=file", "--debounce", "1ms"});
  program_.await_output("rests until");
  program_.write("file", "two");
  program_.await_output("built two");
  stop();
}

TEST_F(RunRestart, AFailureThatRestsUntilAChangeIsTheStatusUnlessItIsMended) {
  program_.write("file", "exit 5");
  program_.write("Procfile", "build: sh file\n");
  program_.start({"--watch", "build=file", "--debounce", "1ms", "--restart", "never"});
  program_.await_output("rests until");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 5);

  program_run mended;
  mended.write("file", "exit 5");
  mended.write("Procfile", "build: sh file\n");
  mended.start({"--watch", "build=file", "--debounce", "1ms", "--restart", "never"});
  mended.await_output("rests until");
  mended.write_by_rename("file", "echo well; exit 0");
  mended.await_output("well");
  mended.signal(SIGTERM);
  EXPECT_EQ(mended.await_exit(), 0);
}

}  // namespace
