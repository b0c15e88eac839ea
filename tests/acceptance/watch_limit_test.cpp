// What the kernel's limits of watching mean to the user.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>

#include "program_run.hpp"

namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RunWatchLimit : public ::testing::Test {
 protected:
  program_run program_;
};

// watchman#132: the limit of watches was reported as "no space left on device".
TEST_F(RunWatchLimit, OfTheNumberIsNamedAsWhatItIs) {
  program_.write("Procfile", "web: touch started\n");
  std::filesystem::create_directories(program_.folder() / "one");
  std::filesystem::create_directories(program_.folder() / "two");
  // In a namespace of its own, the limit can be lowered for this one program.
  program_.start_program({"/usr/bin/unshare", "--user", "--map-root-user", "/bin/sh", "-c",
                          "echo 1 > /proc/sys/user/max_inotify_watches || { echo no namespace; exit 99; }; "
                          "exec " QUIESCE_PROGRAM " run --watch web=one --watch web=two"});
  const int status = program_.await_exit();
  if (program_.errors().find("unshare") != std::string::npos || status == 99) {
    GTEST_SKIP() << "no namespace of users to be had: " << program_.errors();
  }
  EXPECT_EQ(status, 1);
  EXPECT_THAT(program_.errors(), AllOf(HasSubstr("two"), HasSubstr("max_user_watches"), Not(HasSubstr("space left"))));
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

// fswatch#191: when the kernel's queue ran over, the changes in it were lost.
TEST_F(RunWatchLimit, OfTheQueueLosesNoRestart) {
  int room = 0;
  ASSERT_TRUE(std::ifstream{"/proc/sys/fs/inotify/max_queued_events"} >> room);
  ASSERT_LT(room, 1'000'000);
  std::filesystem::create_directory(program_.folder() / "noise");
  program_.write("noise/a", "");
  program_.write("file", "old");
  program_.write("Procfile", "web: echo saw $(cat file); exec sleep 1000\nother: exec sleep 1000\n");
  program_.start({"--watch", "other=noise", "--watch", "web=file", "--debounce", "1ms"});
  program_.await_output("web     | saw old");
  program_.await("started", "other");
  program_.signal(SIGSTOP);
  // Each renaming makes two events, and none that is like the one before it, so that they are not merged.
  for (int i = 0; i < room; ++i) {
    std::filesystem::rename(program_.folder() / (i % 2 == 0 ? "noise/a" : "noise/b"),
                            program_.folder() / (i % 2 == 0 ? "noise/b" : "noise/a"));
  }
  program_.write("file", "new");
  program_.signal(SIGCONT);
  program_.await_output("web     | saw new");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_THAT(program_run::left_running(), IsEmpty());
}

// watchexec#40: a command that changes what it is watched for was run again and again, as fast as it could.
TEST_F(RunWatchLimit, OfPatienceWithAProcessThatChangesWhatItIsWatchedFor) {
  program_.write("file", "");
  program_.write("Procfile", "web: echo again >> file; exec sleep 1000\n");
  program_.start({"--watch", "web=file", "--debounce", "1ms", "--back-off-first", "20ms", "--back-off-max", "80ms"});
  program_.await("change-loop", "web");
  EXPECT_THAT(program_.events("restart-scheduled", "web"), IsEmpty());
  for (const int delay : {20, 40, 80, 80}) {
    EXPECT_EQ(program_.await("restart-scheduled", "web").at("delay_ms"), delay);
    EXPECT_EQ(program_.await("restarted", "web").at("because"), "change");
  }
  EXPECT_THAT(program_.output(), HasSubstr("web seems to change what it is watched for"));
  EXPECT_THAT(program_.events("restarted", "web").size(), Ge(8U));
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 0);
}

}  // namespace
