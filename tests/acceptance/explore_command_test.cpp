// What `quiesce explore` says of programs that cannot be explored. Those that can are tested with a compiler at hand, in
// explore/tests/command_test.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program_run.hpp"

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExploreCommandLine : public ::testing::Test {
 protected:
  int explore(std::vector<std::string> command) {
    command.insert(command.begin(), {QUIESCE_PROGRAM, "explore"});
    program_.start_program(command);
    return program_.await_exit();
  }

  program_run program_;
};

TEST_F(ExploreCommandLine, HelpDocumentsEveryOptionWithItsDefaultAndTheTwoCommands) {
  EXPECT_EQ(explore({"--help"}), 0);
  for (const char* text : {"--strategy", "--replay", "--executions", "--time", "--steps", "--deviations", "--seed",
                           "--watchdog", "$(quiesce explore --compile-flags)", "$(quiesce explore --link-flags)",
                           "EXIT STATUS", "--executions N=10000000", "--time DURATION=10s", "--steps N=5000",
                           "--deviations N=3", "--watchdog DURATION=10s", "--jobs N=0", "250ms"}) {
    EXPECT_THAT(program_.output(), HasSubstr(text));
  }
}

TEST_F(ExploreCommandLine, WithoutAProgramThereIsNothingToExplore) {
  EXPECT_EQ(explore({}), 2);
  EXPECT_EQ(program_.errors(), "quiesce: explore: PROGRAM is required; --help tells more\n");
}

TEST_F(ExploreCommandLine, AProgramWithoutTheExplorerIsToldHowToGetIt) {
  EXPECT_EQ(explore({QUIESCE_PROGRAM}), 2);
  EXPECT_THAT(program_.errors(), HasSubstr("$(quiesce explore --link-flags) -o quiesce\n"));
#if defined(__SANITIZE_THREAD__)
  EXPECT_THAT(program_.errors(), HasSubstr(" is linked with the sanitizer's own runtime; "));
#else
  EXPECT_THAT(program_.errors(), HasSubstr(" is not linked with the explorer; "));
#endif
  EXPECT_THAT(program_.output(), IsEmpty());
}

TEST_F(ExploreCommandLine, AScriptIsNoProgramOfACompiler) {
  program_.write("script", "#!/bin/sh\necho ran\n");
  EXPECT_EQ(explore({"script"}), 2);
  EXPECT_EQ(program_.errors(), "quiesce: script is no program that a compiler made: it is not ELF\n");
  EXPECT_THAT(program_.output(), IsEmpty());
}

TEST(ExploreOptions, ThatCannotBeReadAreNamed) {
  struct {
    std::vector<std::string> command;
    const char* complaint;
  } const wrong[] = {
      {{"p", "--strategy", "luck"}, "--strategy: 'luck' is none of automatic, exhaustive, depth_first, "},
      {{"p", "--executions", "0"}, "--executions: '0' is no number from 1 to 18446744073709551615"},
      {{"p", "--seed=-1"}, "--seed: '-1' is no number from 0 to "},
      {{"p", "--steps", "5000000000"}, "--steps: '5000000000' is no number from 1 to 65520"},
      {{"p", "--steps", "65521"}, "--steps: '65521' is no number from 1 to 65520"},
      {{"p", "--deviations", "2x"}, "--deviations: '2x' is no number from 0 to 1000"},
      {{"p", "--deviations", "1001"}, "--deviations: '1001' is no number from 0 to 1000"},
      {{"p", "--spurious", "1001"}, "--spurious: '1001' is no number from 0 to 1000"},
      {{"p", "--time", "soon"}, "--time: 'soon' is no duration"},
      {{"p", "--watchdog", "0.1ms"}, "--watchdog: '0.1ms' is less than a millisecond"},
      {{"p", "--depth", "0"}, "--depth: '0' is no number from 1 to 32"},
      {{"p", "--depth", "33"}, "--depth: '33' is no number from 1 to 32"},
      {{"p", "--reuse", "1001"}, "--reuse: '1001' is no number from 0 to 1000"},
      {{"p", "--replay", "q1.p.0.a", "--break-at", "65537"}, "--break-at: '65537' is no number from 0 to 65536"},
      {{"p", "--replay", "q1.p.0.a", "--break-at", "1", "--json", "f"},
       "explore: --break-at stops the program, and no report is written: leave --json and --html out"},
      {{"p", "--jobs", "all"}, "--jobs: 'all' is no number from 0 to 64"},
      {{"p", "--jobs", "65"}, "--jobs: '65' is no number from 0 to 64"},
      {{"p", "--replay", ""}, "--replay: the schedule is empty"},
      {{"p", "--replay", "q1", "--strategy", "random"}, "excludes --"},
      {{"--compile-flags", "--link-flags"}, "excludes --"},
      {{"p", "--frobnicate"}, "--frobnicate"},
  };
  for (const auto& [command, complaint] : wrong) {
    program_run program;
    std::vector<std::string> line{QUIESCE_PROGRAM, "explore"};
    line.insert(line.end(), command.begin(), command.end());
    program.start_program(line);
    EXPECT_EQ(program.await_exit(), 2) << complaint;
    EXPECT_THAT(program.errors(), HasSubstr(complaint));
    EXPECT_THAT(program.output(), IsEmpty());
  }
}

}  // namespace
