// The line that runs a failure again, as a shell takes it.
#include "replay_line.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

namespace {

using explore::replay_of_check;
using explore::replay_of_program;

// What a shell makes of a line: its words, each in brackets.
std::string words_of(const std::string& line) {
  const std::string command = "printf '[%s]' " + line;
  std::FILE* const shell = ::popen(command.c_str(), "r");
  std::string words;
  char piece[256];
  while (std::fgets(piece, sizeof piece, shell) != nullptr) words += piece;
  ::pclose(shell);
  return words;
}

}  // namespace

TEST(ReplayLine, OfAProgramHasItsPathAndItsArguments) {
  EXPECT_EQ(replay_of_program({"./bank"}, "q1.bank.0.-"), "quiesce explore ./bank --replay q1.bank.0.-");
  EXPECT_EQ(replay_of_program({"build/third_party/a.out", "3", "in=x"}, "q1.a_out.0.-"),
            "quiesce explore build/third_party/a.out --replay q1.a_out.0.- 3 in=x");
  EXPECT_EQ(replay_of_program({}, "q1.a.0.-"), "");
}

TEST(ReplayLine, ArgumentsWithADashAreKeptFromTheCommand) {
  EXPECT_EQ(replay_of_program({"./bank", "3", "-5"}, "q1.bank.0.-"),
            "quiesce explore ./bank --replay q1.bank.0.- -- 3 -5");
}

TEST(ReplayLine, OfACheckIsTheCommandLineOfTheProcess) {
  EXPECT_EQ(replay_of_check({"build/tests", "--gtest_filter=Bank.*"}, "q1.bank.0.21"),
            "QUIESCE_EXPLORE_REPLAY=q1.bank.0.21 build/tests '--gtest_filter=Bank.*'");
  EXPECT_EQ(explore::own_command_line().empty(), false);
}

TEST(ReplayLine, AShellReadsWhatThereWas) {
  const std::vector<std::string> hard{"./my bank", "", "it's", "$HOME", "a\nb", "`id`", "\\", "~", "*", "größer", "#"};
  std::string expected = "[quiesce][explore][./my bank][--replay][q1.a.0.-]";
  for (std::size_t i = 1; i < hard.size(); ++i) expected += "[" + hard[i] + "]";
  EXPECT_EQ(words_of(replay_of_program(hard, "q1.a.0.-")), expected);
}
