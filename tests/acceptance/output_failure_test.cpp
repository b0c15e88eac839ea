// What becomes of the run when its own outputs cannot be written: nobody reads, the reader is gone.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "program_run.hpp"

namespace {

using ::testing::HasSubstr;

class RunOutputFailure : public ::testing::Test {
 protected:
  /// The program becomes the one that is signalled, with the redirections of a shell.
  void start_redirected(const std::string& arguments) {
    program_.start_program({"/bin/sh", "-c", "exec " QUIESCE_PROGRAM " run " + arguments});
  }

  static constexpr const char* noisy_for_ever = "noisy: yes 0123456789012345678901234567890123456789\n";

  program_run program_;
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
