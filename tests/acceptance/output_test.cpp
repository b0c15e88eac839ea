// What the user sees of the processes, and what they see of the world.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "run_test.hpp"

namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class RunOutput : public run_test {};

TEST_F(RunOutput, LinesOfManyProcessesComeOutWholeAndInOrder) {
  program_.write("count", "i=0; while [ $i -lt 2000 ]; do echo $i $1; i=$((i+1)); done\n");
  program_.write("Procfile", "one: sh count first\ntwo: sh count second\n");
  program_.start();
  EXPECT_EQ(program_.await_exit(), 0);
  for (const auto& [process, word] : {std::pair{"one", "first"}, std::pair{"two", "second"}}) {
    std::vector<std::string> expected;
    for (int i = 0; i < 2000; ++i) expected.push_back(std::to_string(i) + " " + word);
    EXPECT_EQ(program_.lines_of(process), expected);
  }
}

TEST_F(RunOutput, BothOutputsOfAProcessAreShownAndALastLineWithoutItsEnd) {
  program_.write("Procfile", "web: echo out; echo err >&2; printf half\n");
  program_.start();
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_THAT(program_.lines_of("web"), ElementsAre("out", "err", "half"));
}

TEST_F(RunOutput, AVeryLongLineIsCutAndNothingIsLost) {
  program_.write("Procfile", "web: head -c 200000 /dev/zero | tr '\\0' x; echo; echo short\n");
  program_.start();
  EXPECT_EQ(program_.await_exit(), 0);
  std::string line;
  std::istringstream text{program_.output()};
  for (std::string piece; std::getline(text, piece);) {
    EXPECT_LT(piece.size(), 70'000U);
    if (piece.starts_with("web     + ") || piece.starts_with("web     | x")) line += piece.substr(10);
  }
  EXPECT_EQ(line, std::string(200'000, 'x'));
  EXPECT_THAT(program_.output(), HasSubstr("\nweb     | short\n"));
}

TEST_F(RunOutput, WhatAProcessPrintedBeforeItsEndStandsBeforeTheNewsOfItsEnd) {
  program_.write("Procfile", "web: seq 1 30000; echo last words; exit 3\n");
  program_.start({"--back-off-first", "0"});
  for (int i = 0; i < 20; ++i) program_.await("restarted", "web");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 0);
  std::istringstream text{program_.output()};
  std::string before;
  int ends = 0;
  for (std::string line; std::getline(text, line); before = line) {
    if (line != "quiesce | web exited with status 3") continue;
    ++ends;
    EXPECT_EQ(before, "web     | last words");
  }
  EXPECT_GE(ends, 20);
}

TEST_F(RunOutput, LastWordsAreKeptForAReaderWhoIsLate) {
  program_.write(
      "Procfile",
      "noisy: yes 0123456789012345678901234567890123456789\n"
      "quiet: (trap 'read x < gate; echo last words; exit' TERM; touch up; while :; do sleep 1; done) & wait\n");
  program_.make_fifo("gate");
  program_.start();
  program_.stop_reading();
  program_.await_file("up");
  program_.await("output-held-up", "noisy");
  program_.signal(SIGTERM);
  program_.await("exited", "quiet");
  program_.open_gate("gate");
  program_.await("stopped", "quiet");
  program_.continue_reading();
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_THAT(program_.lines_of("quiet"), Contains("last words"));
  EXPECT_THAT(program_.lines_of("quiesce").back(), StartsWith("nothing is left running"));
}

TEST_F(RunOutput, ColourComesWhenAskedForAndNotIntoAPipe) {
  program_.write("Procfile", "web: echo hello\n");
  program_.start({"--colour", "always"});
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_THAT(program_.output(), HasSubstr("\x1b[36mweb     |\x1b[0m hello\n"));

  program_run plain;
  plain.write("Procfile", "web: echo hello\n");
  plain.start();
  EXPECT_EQ(plain.await_exit(), 0);
  EXPECT_THAT(plain.output(), Not(HasSubstr("\x1b")));
}

TEST_F(RunOutput, AClosedOutputStopsEverythingAndSaysSo) {
  program_.write("Procfile", "noisy: while :; do echo line; done\nquiet: exec sleep 1000\n");
  program_.start();
  program_.await_output("noisy   | line");
  program_.close_output();
  EXPECT_EQ(program_.await_exit(), 141);
  EXPECT_THAT(program_.errors(), HasSubstr("cannot write to standard output: Broken pipe"));
  EXPECT_THAT(program_run::left_running(), ElementsAre());
}

TEST_F(RunOutput, BothOutputsMayBeClosedByTheSameReader) {
  program_.write("Procfile", "noisy: while :; do echo line; done\n");
  program_.start_program({"/bin/sh", "-c", "{ " QUIESCE_PROGRAM " run; echo $? >status; } 2>&1 | head -n 3"});
  EXPECT_EQ(program_.await_exit(), 0);
  std::ifstream status{program_.folder() / "status"};
  int number = 0;
  EXPECT_TRUE(status >> number);
  EXPECT_EQ(number, 141);
  EXPECT_THAT(program_run::left_running(), ElementsAre());
}

TEST_F(RunOutput, WithoutStandardOutputNothingElseIsTakenForIt) {
  program_.write("Procfile", "web: echo hello; touch started\n");
  program_.start_program({"/bin/sh", "-c", "exec " QUIESCE_PROGRAM " run --event-log log >&- 2>&-"});
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_TRUE(std::filesystem::exists(program_.folder() / "started"));
  std::ifstream log{program_.folder() / "log"};
  for (std::string line; std::getline(log, line);) EXPECT_THAT(line, StartsWith("{\"ms\":"));
}

TEST_F(RunOutput, ASlowReaderSlowsTheProcessesDownAndMissesNothing) {
  program_.write("Procfile", "count: seq 1 400000\n");
  program_.start();
  program_.read_slowly();
  EXPECT_EQ(program_.await_exit(), 0);
  const auto lines = program_.lines_of("count");
  ASSERT_THAT(lines, SizeIs(400'000));
  for (std::size_t i = 0; i < lines.size(); ++i) ASSERT_EQ(lines[i], std::to_string(i + 1));
}

TEST_F(RunOutput, AReaderWhoHasStoppedToReadHoldsUpNeitherSignalsNorTheEnd) {
  program_.write("Procfile", "noisy: yes 0123456789012345678901234567890123456789\n");
  program_.start();
  program_.stop_reading();
  // The noisy process hangs in a write soon after that, and our program must not.
  program_.await("output-held-up", "noisy");
  program_.signal(SIGTERM);
  program_.await("stopped", "noisy");
  EXPECT_EQ(program_.await_exit(), 0);
}

// An ignored SIGPIPE would be inherited, and so would a descriptor of ours: then nobody would see the end of that pipe.
TEST_F(RunOutput, AProcessInheritsNeitherSignalsNorDescriptorsOfOurs) {
  program_.write("Procfile",
                 "signals: while read name mask; do case $name in SigIgn:|SigBlk:) echo $((0x$mask)); esac; done "
                 "</proc/self/status\n"
                 "descriptors: exec ls /proc/self/fd\n"
                 "input: cat; echo end of input\n");
  program_.start();
  EXPECT_EQ(program_.await_exit(), 0);
  // Two signals that are the C library's own, 32 and 33, are none of a program's business.
  constexpr std::uint64_t internal = 0x1'8000'0000;
  for (const auto& mask : program_.lines_of("signals")) EXPECT_EQ(std::stoull(mask) & ~internal, 0U);
  EXPECT_THAT(program_.lines_of("signals"), SizeIs(2));
  EXPECT_THAT(program_.lines_of("descriptors"), ElementsAre("0", "1", "2", "3")) << "3 is the folder that ls reads";
  EXPECT_THAT(program_.lines_of("input"), ElementsAre("end of input"));
}

}  // namespace
