// What the program says before it starts anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "run_test.hpp"

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RunCommandLine : public run_test {
 protected:
  int run(std::vector<std::string> command) {
    command.insert(command.begin(), QUIESCE_PROGRAM);
    program_.start_program(command);
    return program_.await_exit();
  }
};

TEST_F(RunCommandLine, HelpDocumentsEveryOptionAndTheExitStatus) {
  EXPECT_EQ(run({"run", "--help"}), 0);
  for (const char* text : {"--watch", "--debounce", "--restart", "--keep-going", "--back-off-first", "--back-off-max",
                           "--back-off-forget", "--stop-limit", "--event-log", "--colour", "--settings", "--report",
                           "SETTINGS", "NEEDS", "RELOADING", "EXIT STATUS"}) {
    EXPECT_THAT(program_.output(), HasSubstr(text));
  }
}

TEST_F(RunCommandLine, TheVersionIsPrinted) {
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_THAT(program_.output(), ::testing::MatchesRegex("quiesce [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(RunCommandLine, WrongUsageIsStatus2) {
  EXPECT_EQ(run({}), 2);
  EXPECT_THAT(program_.errors(), HasSubstr("--help"));
}

TEST_F(RunCommandLine, AnOptionThatCannotBeReadIsNamedWithItsValue) {
  program_.write("Procfile", "web: touch started\n");
  EXPECT_EQ(run({"run", "--stop-limit", "soon"}), 2);
  EXPECT_THAT(program_.errors(), HasSubstr("--stop-limit: 'soon' is no duration"));
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

TEST_F(RunCommandLine, AllFaultsOfAProcfileAreReportedAndNothingIsStarted) {
  program_.write("Procfile", "web: touch started\nno colon here\nweb: again\n");
  EXPECT_EQ(run({"run"}), 2);
  EXPECT_EQ(program_.errors(),
            "Procfile:2: no colon; expected `name: command`\nProcfile:3: the name \"web\" is taken by line 1\n");
  EXPECT_THAT(program_.output(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

TEST_F(RunCommandLine, AProcfileThatIsNotThereIsNamed) {
  EXPECT_EQ(run({"run", "missing"}), 2);
  EXPECT_EQ(program_.errors(), "quiesce: cannot read missing: No such file or directory\n");
}

TEST_F(RunCommandLine, AWatchForAProcessThatIsNotThereIsRefused) {
  program_.write("Procfile", "web: touch started\n");
  EXPECT_EQ(run({"run", "--watch", "wbe=Procfile"}), 2);
  EXPECT_THAT(program_.errors(), HasSubstr("has no process \"wbe\""));
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

TEST_F(RunCommandLine, AWatchOfAPathThatIsNotThereIsRefused) {
  program_.write("Procfile", "web: touch started\n");
  EXPECT_NE(run({"run", "--watch", "web=missing"}), 0);
  EXPECT_THAT(program_.errors(), HasSubstr("missing"));
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

TEST_F(RunCommandLine, AnEventLogThatCannotBeWrittenIsRefused) {
  program_.write("Procfile", "web: touch started\n");
  EXPECT_EQ(run({"run", "--event-log", "no/such/folder"}), 1);
  EXPECT_THAT(program_.errors(), HasSubstr("no/such/folder"));
  EXPECT_FALSE(std::filesystem::exists(program_.folder() / "started"));
}

TEST_F(RunCommandLine, TheEventLogIsWrittenToAFile) {
  program_.write("Procfile", "web: true\n");
  EXPECT_EQ(run({"run", "--event-log", "log"}), 0);
  EXPECT_EQ(run({"run", "--event-log", "log"}), 0) << "a second run writes it anew";
  std::ifstream file{program_.folder() / "log"};
  std::vector<std::string> events;
  for (std::string line; std::getline(file, line);) events.push_back(nlohmann::json::parse(line).at("event"));
  EXPECT_THAT(events, ::testing::ElementsAre("run-started", "started", "exited", "finished"));
}

TEST_F(RunCommandLine, TheProcfileMayStandInAnotherFolderAndItsCommandsRunThere) {
  std::filesystem::create_directory(program_.folder() / "app");
  program_.write("app/Procfile", "web: touch started\n");
  EXPECT_EQ(run({"run", "app/Procfile"}), 0);
  EXPECT_TRUE(std::filesystem::exists(program_.folder() / "app/started"));
  EXPECT_THAT(program_.output(), Not(IsEmpty()));
}

}  // namespace
