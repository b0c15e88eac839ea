// The sample of examples/run, which checks itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "program_run.hpp"

namespace {

// What the log of a good run has at least, in the order in which it comes there.
const std::vector<std::string_view> good_log = {
    R"({"ms":0,"event":"started","process":"prepare","pid":7})",
    R"({"ms":0,"event":"ready","process":"prepare","pid":7})",
    R"({"ms":0,"event":"started","process":"web","pid":1})",
    R"({"ms":0,"event":"ready","process":"web","pid":1})",
    R"({"ms":0,"event":"started","process":"ticker","pid":2})",
    R"({"ms":0,"event":"started","process":"flaky","pid":3})",
    R"({"ms":0,"event":"started","process":"stubborn","pid":4})",
    R"({"ms":0,"event":"started","process":"parent","pid":5})",
    R"({"ms":1,"event":"restart-scheduled","process":"flaky","delay_ms":100})",
    R"({"ms":2,"event":"restart-scheduled","process":"flaky","delay_ms":200})",
    R"({"ms":3,"event":"restart-scheduled","process":"flaky","delay_ms":400})",
    R"({"ms":4,"event":"file-changed","process":"web"})",
    R"({"ms":4,"event":"exited","process":"web","status":0})",
    R"({"ms":4,"event":"restarted","process":"web","because":"change"})",
    R"({"ms":5,"event":"signalled","process":"stubborn","pid":4})",
    R"({"ms":6,"event":"stopped","process":"ticker","pid":2})",
    R"({"ms":6,"event":"signalled","process":"web","pid":1})",
    R"({"ms":1005,"event":"waiting","process":"stubborn","waited_ms":1000})",
    R"({"ms":2005,"event":"killed","process":"stubborn","pid":4})",
    R"({"ms":2006,"event":"orphan-found","process":"parent","pid":6})",
    R"({"ms":2006,"event":"orphan-ended","process":"parent","pid":6})",
    R"({"ms":2007,"event":"finished","status":0})",
};

// What the summary says of that log without the lines that contain `missing`, and of that process that is left.
std::string summary(std::string_view missing, int expected_status, const char* left = "") {
  program_run program;
  std::string log;
  std::string list;
  for (const std::string_view line : good_log) {
    if (!missing.empty() && line.find(missing) != std::string_view::npos) continue;
    log.append(line).append("\n");
    list.append(list.empty() ? "" : ",").append(line);
  }
  program.write("log", log);
  program.write("report", "id=\"report\">{\"events\":[" + list + "]}</script>");
  program.start_program(
      {"/usr/bin/env", "python3", QUIESCE_SOURCE_DIR "/examples/run/summary.py", "log", "0", left, "report"});
  EXPECT_EQ(program.await_exit(), expected_status) << missing << "\n" << program.output() << program.errors();
  return program.output();
}

TEST(RunSample, ItsSummaryAcceptsALogInWhichNothingIsMissing) {
  EXPECT_THAT(summary("", 0), ::testing::Not(::testing::HasSubstr("FAILED")));
}

TEST(RunSample, ItsSummaryNamesAnEventThatIsMissing) {
  for (const std::string event :
       {"started ticker", "ready prepare", "ready web", "stopped ticker", "signalled web", "restart-scheduled flaky",
        "file-changed web", "exited web", "restarted web", "signalled stubborn", "waiting stubborn", "killed stubborn",
        "orphan-found parent", "orphan-ended parent"}) {
    const std::size_t blank = event.find(' ');
    const std::string lines = "\"event\":\"" + event.substr(0, blank) + "\",\"process\":\"" + event.substr(blank + 1);
    EXPECT_THAT(summary(lines, 1), ::testing::HasSubstr("no event `" + event + "`"));
  }
  EXPECT_THAT(summary("finished", 1), ::testing::HasSubstr("no event `finished`"));
}

TEST(RunSample, ItsSummaryNamesTheProcessThatIsLeft) {
  EXPECT_THAT(summary("", 1, "4711"), ::testing::HasSubstr("FAILED still running: 4711"));
}

TEST(RunSample, DoesAllThatItsSummaryTells) {
  program_run program;
  program.start_program({"/bin/bash", QUIESCE_SOURCE_DIR "/examples/run/check.sh", QUIESCE_PROGRAM});
  EXPECT_EQ(program.await_exit(), 0) << program.output() << program.errors();
  EXPECT_THAT(program.output(), ::testing::HasSubstr("no process of the sample is left"));
  EXPECT_THAT(program.output(), ::testing::Not(::testing::HasSubstr("FAILED")));
  EXPECT_THAT(program_run::left_running(), ::testing::IsEmpty());
}

}  // namespace
