// When and where the page of --report is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "program_run.hpp"

namespace {

using ::testing::HasSubstr;

class RunReportFile : public ::testing::Test {
 protected:
  program_run program_;
};

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
