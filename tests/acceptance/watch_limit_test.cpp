// What the kernel's limits of watching mean to the user.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include "run_test.hpp"
#include "support/refused_call.hpp"

namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RunWatchLimit : public run_test {
 protected:
  // Where the first event of this name stands in the log.
  std::ptrdiff_t place_of(std::string_view name) const {
    const auto& all = program_.events();
    return std::ranges::find(all, name,
                             [](const program_run::event& each) { return each.at("event").get<std::string>(); }) -
           all.begin();
  }
};

// watchman#132: the limit of watches was reported as "no space left on device".
TEST_F(RunWatchLimit, OfTheNumberIsNamedAsWhatItIs) {
  program_.write("Procfile", "web: touch started\n");
  std::filesystem::create_directories(program_.folder() / "one");
  // The refusal holds for a thread and for what it starts, and only for these.
  bool is_refused = false;
  std::thread([&] {
    is_refused = support::refuse_call(SYS_inotify_add_watch, ENOSPC);
    program_.start({"--watch", "web=one"});
  }).join();
  ASSERT_TRUE(is_refused);
  EXPECT_EQ(program_.await_exit(), 1);
  EXPECT_THAT(program_.errors(), AllOf(HasSubstr("one"), HasSubstr("max_user_watches"), Not(HasSubstr("space left"))));
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

// fswatch#191: when the kernel's queue ran over, the changes in it were lost, and that was told as something else.
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
  const auto lost = program_.await("changes-lost", "web");
  EXPECT_EQ(lost.at("path"), "file");
  EXPECT_THAT(program_.events("file-changed", "web"), IsEmpty()) << "that one was lost";
  EXPECT_THAT(program_.output(), HasSubstr("file may have changed"));
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
  for (const int delay : {20, 40, 80, 80}) {
    EXPECT_EQ(program_.await("restart-scheduled", "web").at("delay_ms"), delay);
    EXPECT_EQ(program_.await("restarted", "web").at("because"), "change");
  }
  EXPECT_LT(place_of("change-loop"), place_of("restart-scheduled")) << "none was delayed before that";
  EXPECT_THAT(program_.output(), HasSubstr("web seems to change what it is watched for"));
  EXPECT_THAT(program_.events("restarted", "web").size(), Ge(8U));
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 0);
}

}  // namespace
