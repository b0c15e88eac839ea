// The page that --report writes. What it looks like is for eyes; what it holds is tested here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

#include "run_test.hpp"

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RunReportPage : public run_test {
 protected:
  std::string page() const {
    std::ifstream file{program_.folder() / "out.html"};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  nlohmann::json report() const {
    constexpr std::string_view opening = "id=\"report\">";
    const std::string text = page();
    const auto begin = text.find(opening) + opening.size();
    return nlohmann::json::parse(text.substr(begin, text.find("</script>", begin) - begin));
  }
};

TEST_F(RunReportPage, HoldsAllThatTheEventLogTells) {
  program_.write("file", "");
  program_.write("Procfile", "web: exec sleep 1000\nflaky: exit 3\n");
  program_.write("quiesce.toml", "[web]\nneeds = \"build\"\n[build]\ncommand = \"true\"\none_shot = true\n");
  program_.start({"--report", "out.html", "--watch", "web=file", "--debounce", "1ms", "--back-off-first", "1ms"});
  program_.await("started", "web");
  program_.write("file", "changed");
  program_.await("restarted", "web");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 0);
  const auto told = report();
  EXPECT_EQ(told.at("finished"), true);
  EXPECT_EQ(told.at("events"), nlohmann::json(program_.events()));
  EXPECT_EQ(told.at("processes").size(), 3U);
  EXPECT_EQ(told.at("processes").at(2).at("one_shot"), true);
}

TEST_F(RunReportPage, IsThereWhenAProcessHasFailedAndTheRunGoesOn) {
  program_.write("Procfile", "web: exec sleep 1000\nbad: exit 7\n");
  program_.start({"--report", "out.html", "--restart", "never", "--keep-going"});
  program_.await("exited", "bad");
  const auto names_the_failure = [&] {
    const auto told = report();
    for (const auto& each : told.at("events")) {
      if (each.at("event") == "exited" && each.at("process") == "bad") return true;
    }
    return false;
  };
  program_.await_state_of_files(names_the_failure, "the failure in the report");
  EXPECT_EQ(report().at("finished"), false);
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 7);
  EXPECT_EQ(report().at("events").back().at("status"), 7);
}

TEST_F(RunReportPage, HoldsTextOfProcessesThatIsNoMarkupThere) {
  program_.write("Procfile", "web: true '</script><script>alert(1)</script>'\n");
  program_.start({"--report", "out.html"});
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_THAT(page(), Not(HasSubstr("<script>alert")));
  EXPECT_EQ(report().at("processes").at(0).at("command"), "true '</script><script>alert(1)</script>'");
}

TEST_F(RunReportPage, KnowsWhoCameWithAReload) {
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.start({"--report", "out.html"});
  program_.await("started", "web");
  program_.write("Procfile", "other: exec sleep 1000\n");
  program_.signal(SIGHUP);
  program_.await("started", "other");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_EQ(report().at("processes").at(0).at("name"), "web");
  EXPECT_EQ(report().at("processes").at(1).at("name"), "other");
}

TEST_F(RunReportPage, ThatCannotBeWrittenIsRefusedBeforeAnythingStarts) {
  program_.write("Procfile", "web: touch started\n");
  program_.start({"--report", "no/such/folder.html"});
  EXPECT_EQ(program_.await_exit(), 1);
  EXPECT_THAT(program_.errors(), HasSubstr("cannot write the report to no/such/folder.html"));
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

}  // namespace
