// SIGHUP: the files are read again, and what has changed is done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "run_test.hpp"

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RunReload : public run_test {
 protected:
  program_run::event reload(const std::string& outcome = "reloaded") {
    program_.signal(SIGHUP);
    return program_.await(outcome);
  }
};

TEST_F(RunReload, WhatHasChangedIsRestartedWhatIsNewStartedWhatIsGoneStopped) {
  program_.write("Procfile", "same: exec sleep 1000\nother: echo old; exec sleep 1000\ngone: exec sleep 1000\n");
  program_.start();
  program_.await_output("other   | old");
  program_.await("started", "gone");
  program_.write("Procfile",
                 "same: exec sleep 1000\nother: echo new; exec sleep 1000\nlatest: echo hi; exec sleep 1000\n");
  const auto done = reload();
  EXPECT_EQ(done.at("changed"), "other");
  EXPECT_EQ(done.at("added"), "latest");
  EXPECT_EQ(done.at("removed"), "gone");
  program_.await_output("other   | new");
  program_.await_output("latest  | hi");
  if (program_.events("stopped", "gone").empty()) program_.await("stopped", "gone");
  EXPECT_THAT(program_.events("exited", "same"), IsEmpty());
  EXPECT_THAT(program_.output(), HasSubstr("read again; new: latest; changed: other; removed: gone"));
  stop();
}

TEST_F(RunReload, ABadFileLeavesEverythingRunning) {
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.write("quiesce.toml", "[web]\nstop.limit = \"1h\"\n");
  program_.start();
  program_.await("started", "web");
  program_.write("quiesce.toml", "[web]\nstop.limit = \"soon\"\nrestart = 1\n");
  EXPECT_THAT(reload("reload-failed").at("reason").get<std::string>(),
              HasSubstr("quiesce.toml:2: web.stop: limit = \"soon\" is no duration"));
  EXPECT_THAT(program_.await("reload-failed").at("reason").get<std::string>(), HasSubstr("quiesce.toml:3: "));
  program_.await_output("not reloaded: everything goes on as before");
  EXPECT_THAT(program_.events("exited", "web"), IsEmpty());
  stop();
}

TEST_F(RunReload, APathThatCannotBeWatchedLeavesEverythingRunning) {
  program_.write("Procfile", "web: exec sleep 1000\nother: exec sleep 1000\n");
  program_.start();
  program_.await("started", "other");
  program_.write("quiesce.toml", "[other]\nrestart = \"never\"\n[web]\nwatch = \"missing\"\n");
  EXPECT_THAT(reload("reload-failed").at("reason").get<std::string>(), HasSubstr("missing"));
  program_.await_output("not reloaded");
  EXPECT_THAT(program_.events("stopping", "other"), IsEmpty());
  stop();
}

TEST_F(RunReload, WithoutAChangeNothingHappens) {
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.start();
  program_.await("started", "web");
  reload();
  program_.await_output("read again; nothing has changed");
  EXPECT_THAT(program_.events("stopping", "web"), IsEmpty());
  stop();
}

TEST_F(RunReload, TheNewOneStartsOnlyWhenTheOldOneHasGone) {
  program_.make_fifo("gate");
  program_.write("Procfile",
                 "web: trap 'echo closing; read x < gate; exit' TERM; echo old; while :; do sleep 1; done\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("web     | old");
  program_.write("Procfile", "web: echo newer; exec sleep 1000\n");
  reload();
  program_.await_output("closing");
  program_.write("Procfile", "web: echo newest; exec sleep 1000\n");
  reload();
  EXPECT_THAT(program_.events("started", "web"), SizeIs(1));
  program_.open_gate("gate");
  program_.await_output("web     | newest");
  EXPECT_THAT(program_.lines_of("web"), ::testing::Not(::testing::Contains("newer")));
  stop();
}

TEST_F(RunReload, WhoWasRemovedAndIsBackBeforeItHasEndedStartsAgain) {
  program_.make_fifo("gate");
  const std::string web = "web: trap 'echo closing; read x < gate; exit' TERM; echo up; while :; do sleep 1; done\n";
  program_.write("Procfile", web + "other: exec sleep 1000\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("web     | up");
  program_.write("Procfile", "other: exec sleep 1000\n");
  EXPECT_EQ(reload().at("removed"), "web");
  program_.await_output("closing");
  program_.write("Procfile", web + "other: exec sleep 1000\n");
  EXPECT_EQ(reload().at("changed"), "web");
  EXPECT_THAT(program_.events("started", "web"), SizeIs(1));
  program_.open_gate("gate");
  program_.await("stopped", "web");
  program_.await("started", "web");
  stop();
}

// process-compose#530: a process that waited for another one and was restarted hung in its end for ever.
TEST_F(RunReload, WhoStillWaitsForItsNeedsIsReplacedToo) {
  program_.make_fifo("gate");
  program_.write("Procfile", "web: echo old; exec sleep 1000\ndb: read x < gate; touch up; exec sleep 1000\n");
  const std::string settings =
      "[web]\nneeds = \"db\"\n[db]\nready = {command = \"test -e up\", every = \"1ms\", limit = \"1h\"}\n";
  program_.write("quiesce.toml", settings);
  program_.start();
  program_.await("awaiting", "web");
  program_.write("quiesce.toml", settings + "[web.environment]\nA = \"1\"\n");
  EXPECT_EQ(reload().at("changed"), "web");
  program_.open_gate("gate");
  program_.await_output("web     | old");
  EXPECT_THAT(program_.events("started", "web"), SizeIs(1));
  stop();
}

TEST_F(RunReload, AFailureOfWhoIsReplacedCountsNoMore) {
  program_.write("Procfile", "web: exec sleep 1000\ntests: exit 7\n");
  program_.start({"--restart", "never", "--keep-going"});
  program_.await("exited", "tests");
  program_.write("Procfile", "web: exec sleep 1000\ntests: echo well\n");
  reload();
  program_.await_output("tests   | well");
  stop();
}

TEST_F(RunReload, WhoWasNotStartedForAFailureStartsWhenThatIsMended) {
  const std::string others =
      "[web]\ncommand = \"echo up; exec sleep 1000\"\nneeds = \"api\"\n"
      "[api]\ncommand = \"exec sleep 1000\"\nneeds = \"build\"\n"
      "[other]\ncommand = \"exec sleep 1000\"\n";
  const auto build = [](const std::string& command) {
    return "[build]\ncommand = \"" + command + "\"\none_shot = true\nrestart = \"never\"\n";
  };
  program_.write("quiesce.toml", others + build("exit 4"));
  program_.start({"--keep-going"});
  program_.await("not-started", "web");
  program_.write("quiesce.toml", others + build("exit 4") + "[latest]\ncommand = \"exec sleep 1000\"\n");
  EXPECT_EQ(reload().at("changed"), "") << "nothing has changed about why they were not started";
  program_.write("quiesce.toml", others + build("true"));
  EXPECT_EQ(reload().at("changed"), "build, api, web");
  program_.await_output("web     | up");
  EXPECT_THAT(program_.events("not-started", "web"), SizeIs(1));
  stop();
}

TEST_F(RunReload, DuringAStopNothingIsReadAgain) {
  program_.make_fifo("gate");
  program_.write("Procfile",
                 "web: trap 'echo closing; read x < gate; exit' TERM; echo up; while :; do sleep 1; done\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("web     | up");
  program_.signal(SIGTERM);
  program_.await_output("closing");
  program_.write("Procfile", "new: touch started\n");
  program_.signal(SIGHUP);
  program_.await_output("SIGHUP: stopping already");
  program_.open_gate("gate");
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

}  // namespace
