// What the settings file says of a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "run_test.hpp"

namespace {

using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RunSettings : public run_test {};

TEST_F(RunSettings, EachProcessHasItsStopSignalAndItsLimit) {
  program_.write("Procfile",
                 "web: trap 'echo got INT; exit' INT; trap '' TERM; echo up; while :; do sleep 1; done\n"
                 "hard: trap '' USR1; echo up; while :; do sleep 1; done\n");
  program_.write("quiesce.toml",
                 "[web]\nstop.signal = \"SIGINT\"\n[hard]\nstop = {signal = \"USR1\", limit = \"1200ms\"}\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_lines("web", 1);
  program_.await_lines("hard", 1);
  stop();
  EXPECT_EQ(program_.events("signalled", "web").at(0).at("signal"), "SIGINT");
  EXPECT_THAT(program_.lines_of("web"), Contains("got INT"));
  EXPECT_EQ(program_.events("stopping", "hard").at(0).at("limit_ms"), 1200);
  EXPECT_EQ(program_.events("killed", "hard").size(), 1U);
  EXPECT_THAT(program_.output(), ContainsRegex("waiting [0-9.]+ s for hard \\(pid [0-9]+, SIGUSR1 sent.*\\), kill in"));
}

// A shell starts its jobs with SIGINT ignored: they are told in the usual way when their shell has gone.
TEST_F(RunSettings, WhoIsLeftInTheGroupIsSentSigtermAfterAnotherStopSignal) {
  program_.write("Procfile", "web: sleep 1000 & trap exit INT; echo up; while :; do sleep 1; done\n");
  program_.write("quiesce.toml", "[web]\nstop.signal = \"SIGINT\"\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_lines("web", 1);
  stop();
}

TEST_F(RunSettings, EnvironmentAndFolderAreThoseOfTheSettings) {
  std::filesystem::create_directory(program_.folder() / "app");
  program_.write("Procfile", "web: echo $GREETING; touch here\n");
  program_.write("quiesce.toml", "[web]\ndirectory = \"app\"\nenvironment = {GREETING = \"hello world\"}\n");
  program_.start();
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_THAT(program_.lines_of("web"), ElementsAre("hello world"));
  EXPECT_TRUE(std::filesystem::exists(program_.folder() / "app/here"));
}

TEST_F(RunSettings, EachProcessHasItsRestartPolicy) {
  program_.write("Procfile", "flaky: exit 3\nsteady: true\n");
  program_.write("quiesce.toml", "[flaky]\nrestart = \"never\"\n[steady]\nrestart = \"always\"\n");
  program_.start({"--keep-going", "--back-off-first", "1ms"});
  program_.await("restarted", "steady");
  stop(3);
  EXPECT_THAT(program_.events("restarted", "flaky"), IsEmpty());
}

TEST_F(RunSettings, AChangeCanBeToldToTheProcessInPlaceOfARestart) {
  program_.write("file", "one");
  program_.write("Procfile", "web: trap 'echo reread $(cat file)' HUP; echo up; while :; do sleep 0.1; done\n");
  program_.write("quiesce.toml", "[web]\nwatch = \"file\"\nreload = \"SIGHUP\"\n");
  program_.start({"--debounce", "1ms"});
  program_.await_lines("web", 1);
  program_.write_by_rename("file", "two");
  program_.await_output("reread two");
  program_.write_by_rename("file", "three");
  program_.await_output("reread three");
  EXPECT_THAT(program_.events("exited", "web"), IsEmpty());
  stop();
}

TEST_F(RunSettings, AChangeThatIsWatchedByTheCommandLineCanBeToldToo) {
  program_.write("file", "one");
  program_.write("Procfile", "web: trap 'echo reread $(cat file)' HUP; echo up; while :; do sleep 0.1; done\n");
  program_.write("quiesce.toml", "[web]\nreload = \"SIGHUP\"\n");
  program_.start({"--watch", "web=file", "--debounce", "1ms"});
  program_.await_lines("web", 1);
  program_.write_by_rename("file", "two");
  program_.await_output("reread two");
  EXPECT_THAT(program_.events("exited", "web"), IsEmpty());
  stop();
}

TEST_F(RunSettings, TheFileMayHaveAnotherNameAndTheProcfileMayBeMissing) {
  program_.write("other.toml", "[web]\ncommand = \"echo hello\"\n");
  program_.start({"--settings", "other.toml"});
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_THAT(program_.lines_of("web"), ElementsAre("hello"));
}

TEST_F(RunSettings, EveryFaultIsReportedWithItsLineAndNothingIsStarted) {
  program_.write("Procfile", "web: touch started\n");
  program_.write("quiesce.toml", "[web]\nneeds = \"db\"\nrestart = 3\n\n[db]\nstop.limit = \"soon\"\n");
  program_.start();
  EXPECT_EQ(program_.await_exit(), 2);
  EXPECT_EQ(program_.errors(),
            "quiesce.toml:3: web: restart = 3 is no text in quotes\n"
            "quiesce.toml:6: db.stop: limit = \"soon\" is no duration; write \"10s\", \"250ms\" or \"2m\"\n"
            "quiesce.toml:5: db: no command, and Procfile has no such process\n");
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

TEST_F(RunSettings, ACircleOfNeedsIsAFault) {
  program_.write("Procfile", "web: touch started\ndb: touch started\n");
  program_.write("quiesce.toml", "[web]\nneeds = \"db\"\n[db]\nneeds = \"web\"\n");
  program_.start();
  EXPECT_EQ(program_.await_exit(), 2);
  EXPECT_THAT(program_.errors(), HasSubstr("quiesce.toml:4: db: the needs form a circle: db -> web -> db\n"));
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

TEST_F(RunSettings, AFileThatIsNamedHasToBeThere) {
  program_.write("Procfile", "web: touch started\n");
  program_.start({"--settings", "missing.toml"});
  EXPECT_EQ(program_.await_exit(), 2);
  EXPECT_EQ(program_.errors(), "quiesce: cannot read missing.toml: No such file or directory\n");
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

}  // namespace
