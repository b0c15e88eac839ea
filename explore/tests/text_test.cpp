// Whole reports: what stands in them, and where.
#include "text.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <cstring>

#include "recording.hpp"
#include "text_events.hpp"
#include "text_layout.hpp"

namespace {

using explore::op;
using explore::traced_event;
using explore::verdict;
using namespace recorded;

// Rows of the table: those whose first word, behind the mark, is a number.
std::vector<std::string> rows_of(const std::string& text) {
  std::vector<std::string> rows;
  for (const std::string& line : lines_of(text)) {
    const std::size_t first = line.find_first_not_of("> ");
    if (line.size() > 9 && first != std::string::npos && first < 7 && std::isdigit(line[first]) != 0)
      rows.push_back(line);
  }
  return rows;
}

}  // namespace

TEST(Text, BeginsWithWhatWasFoundAndEndsWithHowToReplayIt) {
  const std::vector<std::string> lines = lines_of(recording().text(verdict::data_race));
  EXPECT_EQ(lines.front(), "queue: data race");
  EXPECT_EQ(lines[lines.size() - 2], "schedule: q1.queue.abc");
  EXPECT_EQ(lines.back(), "replay:   quiesce explore ./queue --replay q1.queue.abc");
}

TEST(Text, WithoutAScheduleNothingIsSaidOfReplaying) {
  const recording made;
  const std::string nothing = explore::replay_lines("", "quiesce explore ./queue");
  EXPECT_FALSE(contains(explore::describe(*made.trace, verdict::not_modelled, "queue", nothing), "replay"));
}

TEST(Text, EachThreadHasItsColumnAndEachStepItsRowInOrder) {
  recording made;
  made.step(0, op::lock, heap).stack = reader_of_total();
  made.step(1, op::unlock, heap).deviation = true;
  const std::string text = made.text(verdict::failed_assertion);
  const std::vector<std::string> rows = rows_of(text);
  ASSERT_EQ(rows.size(), 2u);
  std::string head;
  for (const std::string& line : lines_of(text)) {
    if (contains(line, "where")) head = line;
    if (!head.empty()) break;
  }
  EXPECT_EQ(rows[0].find("mutex 1.lock()"), head.find("main"));
  EXPECT_EQ(rows[1].find("mutex 1.unlock()"), head.find("thread 1"));
  EXPECT_TRUE(rows[1].starts_with(">>")) << "the search deviated there";
  EXPECT_FALSE(rows[0].starts_with(">>"));
}

TEST(Text, ARowNamesTheLineInUserCode) {
  ASSERT_EQ(std::system("addr2line --version > /dev/null 2>&1"), 0) << "addr2line is not installed";
  recording made;
  made.step(0, op::lock, heap).stack = reader_of_total();
  made.trace->where = reader_of_total();
  EXPECT_TRUE(contains(rows_of(made.text(verdict::failed_assertion))[0], "recording.hpp:"));
  const std::string place = explore::place_of(*made.trace);
  EXPECT_TRUE(contains(place, "recording.hpp:")) << place;
}

TEST(Text, APlaceThatIsNotKnownIsEmpty) {
  const recording made;
  EXPECT_EQ(explore::place_of(*made.trace), "");
  made.trace->where.depth = 1;
  made.trace->where.frames[0] = 0x10;
  EXPECT_EQ(explore::place_of(*made.trace), "");
}

TEST(Text, SixThreadsShareOneColumnAndRowsStayNarrow) {
  recording made(6);
  for (unsigned i = 0; i < 6; ++i) made.step(i, op::fetch_add, address_of(lost_updates));
  const std::vector<std::string> rows = rows_of(made.text(verdict::failed_assertion));
  ASSERT_EQ(rows.size(), 6u);
  for (unsigned i = 0; i < 6; ++i) {
    EXPECT_TRUE(contains(rows[i], explore::thread_name(i) + " "));
    EXPECT_LE(explore::display_width(rows[i]), 120u);
    EXPECT_EQ(rows[i].find("lost_updates"), rows[0].find("lost_updates"));
  }
}

TEST(Text, FourThreadsKeepTheirColumnsByCuttingLongSteps) {
  recording made(4);
  for (unsigned i = 0; i < 4; ++i) {
    traced_event& event = made.step(i, op::compare_exchange, address_of(lost_updates));
    event.before = 1'000'000'000;
    event.after = 1'000'000'001;
  }
  const std::vector<std::string> rows = rows_of(made.text(verdict::failed_assertion));
  ASSERT_EQ(rows.size(), 4u);
  for (const std::string& row : rows) {
    EXPECT_TRUE(contains(row, "…") && contains(row, "-> 1000000001")) << row;
    EXPECT_LE(explore::display_width(row), 160u);
  }
}

TEST(Text, OfALongExecutionTheBeginningAndTheEndAreShown) {
  recording made;
  for (unsigned i = 0; i < 1000; ++i) made.step(i % 2, op::load, address_of(lost_updates));
  const std::string text = made.text(verdict::step_limit);
  const std::vector<std::string> rows = rows_of(text);
  ASSERT_EQ(rows.size(), 400u);
  EXPECT_TRUE(contains(rows[49], " 50 ") && contains(rows[50], " 651 ") && contains(rows[399], " 1000 "));
  EXPECT_TRUE(contains(text, "600 steps left out"));
}

TEST(Text, FourHundredStepsAreShownWhole) {
  recording made;
  for (unsigned i = 0; i < 400; ++i) made.step(0, op::load, address_of(lost_updates));
  const std::string text = made.text(verdict::step_limit);
  EXPECT_EQ(rows_of(text).size(), 400u);
  EXPECT_FALSE(contains(text, "left out"));
}

TEST(Text, StepsThatWereNotRecordedAreCounted) {
  recording made;
  for (unsigned i = 0; i < explore::most_traced_events + 7; ++i) made.step(0, op::load, address_of(lost_updates));
  EXPECT_TRUE(contains(made.text(verdict::step_limit), "7 further steps not recorded"));
}

TEST(Text, ADamagedTraceIsStillText) {
  recording made;
  std::memset(static_cast<void*>(made.trace.get()), 0xff, sizeof *made.trace);
  // The flags were bool: any other value than these two would not be a bool at all.
  for (auto& event : made.trace->events) std::memset(&event.deviation, 1, 1);
  for (auto& thread : made.trace->thread) {
    std::memset(&thread.started, 1, 1);
    std::memset(&thread.ended, 0, 1);
  }
  for (const verdict kind : {verdict::data_race, verdict::deadlock, verdict::lost_wake_up, verdict::failed_assertion}) {
    EXPECT_TRUE(made.text(kind).starts_with("queue: "));
  }
}

TEST(Text, AReportPrintsItsTextAndEndsItsLine) {
  explore::report found;
  found.kind = verdict::lost_wake_up;
  std::ostringstream out;
  out << found;
  found.text = "what a person reads";
  out << found;
  EXPECT_EQ(out.str(), "lost wake-up\nwhat a person reads\n");
}
