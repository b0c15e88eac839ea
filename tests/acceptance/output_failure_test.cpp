// What becomes of the run when its own outputs cannot be written: nobody reads, the disk is full, the reader is gone.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "run_test.hpp"

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RunOutputFailure : public run_test {
 protected:
  /// The program becomes the one that is signalled, with the redirections of a shell.
  void start_redirected(const std::string& arguments) {
    program_.start_program({"/bin/sh", "-c", "exec " QUIESCE_PROGRAM " run " + arguments});
  }

  static constexpr const char* noisy_for_ever = "noisy: yes 0123456789012345678901234567890123456789\n";
};

TEST_F(RunOutputFailure, ANonReaderOfBothOutputsDoesNotHoldUpTheEnd) {
  program_.write("Procfile", noisy_for_ever);
  program_.join_outputs();
  program_.start();
  program_.stop_reading();
  program_.await("output-held-up", "noisy");
  program_.signal(SIGTERM);
  program_.await("finished");
  EXPECT_EQ(program_.await_exit(), 0);
}

TEST_F(RunOutputFailure, ANonReaderLosesTheEndOfTheOutputAndIsToldSo) {
  program_.write("Procfile", noisy_for_ever);
  program_.start();
  program_.stop_reading();
  program_.await("output-held-up", "noisy");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_THAT(program_.errors(), HasSubstr("nobody reads the output: dropped the last "));
}

TEST_F(RunOutputFailure, AFullDiskStopsNobodyAndIsCalledByItsName) {
  program_.write("Procfile", "web: touch up; exec sleep 1000\n");
  start_redirected(">/dev/full");
  program_.await_file("up");
  program_.await_errors("standard output");
  EXPECT_TRUE(program_run::is_alive(program_.pid()));
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 1);
  const std::string told = "quiesce: no room for standard output (No space left on device)";
  EXPECT_THAT(program_.errors(),
              AllOf(HasSubstr(told), HasSubstr("no room for the output: dropped the last "), Not(HasSubstr("closed"))));
  EXPECT_EQ(program_.errors().find(told), program_.errors().rfind(told)) << "it is tried often, and told once";
  EXPECT_THAT(program_run::left_running(), IsEmpty());
}

TEST_F(RunOutputFailure, AFullDiskSlowsNoisyProcessesDown) {
  program_.write("Procfile", noisy_for_ever);
  start_redirected("--event-log log --report out.html >/dev/full");
  const auto is_held_up = [&] { return program_.text_of("log").find("output-held-up") != std::string::npos; };
  program_.await_state_of_files(is_held_up, "the event output-held-up");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 1);
  for (const char* file : {"log", "out.html"}) {
    EXPECT_THAT(program_.text_of(file), HasSubstr(R"("event":"finished","status":1)")) << file;
  }
}

TEST_F(RunOutputFailure, AFailureOfAProcessCountsMoreThanAFullDisk) {
  program_.write("Procfile", "bad: exit 7\n");
  start_redirected("--restart never >/dev/full");
  EXPECT_EQ(program_.await_exit(), 7);
}

TEST_F(RunOutputFailure, AFullDiskBehindTheEventLogIsTold) {
  program_.write("Procfile", "web: echo hello; exec sleep 1000\n");
  start_redirected("--event-log /dev/full");
  program_.await_output("hello");
  program_.await_errors("no room for the event log (No space left on device)");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 1);
  EXPECT_THAT(program_.errors(), HasSubstr("no room for the output: dropped the last "));
}

TEST_F(RunOutputFailure, AnEventLogWhoseReaderIsGoneIsGoneOnWithout) {
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.make_fifo("log");
  const int reader = ::open((program_.folder() / "log").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  start_redirected("--event-log log");
  program_.await_output("started web");
  ::close(reader);
  program_.signal(SIGHUP);
  program_.await_errors("cannot write the event log: Broken pipe; going on without it");
  program_.await_output("read again; nothing has changed");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 0);
}

}  // namespace
