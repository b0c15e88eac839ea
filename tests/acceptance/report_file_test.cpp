// When and where the page of --report is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "run_test.hpp"

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RunReportFile : public run_test {
 protected:
  /// Until the page tells of the exit of that process.
  void await_exit_in_page(const std::string& process) {
    const auto tells = [&] {
      return program_.text_of("out.html").find(R"("event":"exited","process":")" + process) != std::string::npos;
    };
    program_.await_state_of_files(tells, "the exit of " + process + " in the report");
  }
};

TEST_F(RunReportFile, TellsOfAFailureSoonAfterAnother) {
  program_.write("Procfile", "first: exit 7\nsecond: read x <gate; exit 8\nweb: exec sleep 1000\n");
  program_.make_fifo("gate");
  program_.start({"--report", "out.html", "--restart", "never", "--keep-going"});
  await_exit_in_page("first");
  program_.open_gate("gate");
  await_exit_in_page("second");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 7);
}

TEST_F(RunReportFile, IsWrittenAgainWhenItCouldNotBeForAWhile) {
  program_.write("Procfile", "bad: read x <gate; exit 7\nweb: exec sleep 1000\n");
  program_.make_fifo("gate");
  std::filesystem::create_directory(program_.folder() / "here");
  program_.start({"--report", "here/out.html", "--restart", "never", "--keep-going"});
  program_.await("started", "web");
  std::filesystem::rename(program_.folder() / "here", program_.folder() / "away");
  program_.open_gate("gate");
  program_.await_errors("cannot write the report: No such file or directory");
  std::filesystem::rename(program_.folder() / "away", program_.folder() / "here");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 7);
  EXPECT_THAT(program_.text_of("here/out.html"), HasSubstr(R"("event":"finished")"));
}

TEST_F(RunReportFile, ThatLacksTheEndOfTheRunIsTold) {
  program_.write("Procfile", "web: exec sleep 1000\n");
  std::filesystem::create_directory(program_.folder() / "here");
  program_.start({"--report", "here/out.html"});
  program_.await("started", "web");
  std::filesystem::rename(program_.folder() / "here", program_.folder() / "away");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_THAT(program_.errors(), HasSubstr("cannot write the report: No such file or directory"));
  EXPECT_THAT(program_.text_of("away/out.html"), Not(HasSubstr(R"("event":"finished")")));
}

TEST_F(RunReportFile, IsWhatASymbolicLinkPointsTo) {
  program_.write("Procfile", "web: true\n");
  std::filesystem::create_directory(program_.folder() / "shown");
  std::filesystem::create_symlink("shown/page.html", program_.folder() / "out.html");
  program_.start({"--report", "out.html"});
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_TRUE(std::filesystem::is_symlink(program_.folder() / "out.html"));
  EXPECT_THAT(program_.text_of("shown/page.html"), HasSubstr(R"("event":"finished")"));
}

}  // namespace
