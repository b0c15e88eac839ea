// The string that replays an execution.
#include "schedule.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using explore::parse_schedule;
using explore::schedule;
using explore::to_text;

schedule with(std::uint32_t spurious_wake_ups, std::uint32_t steps, bool has_deviation) {
  schedule made{.name = "bank", .build = 0x1234, .spurious_wake_ups = spurious_wake_ups, .steps = steps, .deviations{}};
  if (has_deviation) made.deviations = {{.position = 40, .choice = 1}, {.position = 41, .choice = 2}};
  return made;
}

bool is_schedule(const std::string& text) {
  schedule known;
  return parse_schedule(text, known);
}

}  // namespace

TEST(Schedule, AllThatItTellsIsReadAgain) {
  for (unsigned flags = 0; flags < 4; ++flags) {
    for (const std::uint32_t wake_ups : {0U, 1U, 16U, 1000U}) {
      for (const std::uint32_t steps : {0U, 1U, 300U, 65'520U}) {
        for (const bool has_deviation : {false, true}) {
          schedule given = with(wake_ups, steps, has_deviation);
          given.has_weak_memory = (flags & 1) != 0;
          given.has_reuse = (flags & 2) != 0;
          schedule read;
          ASSERT_TRUE(parse_schedule(to_text(given), read)) << to_text(given);
          EXPECT_EQ(read.has_weak_memory, given.has_weak_memory);
          EXPECT_EQ(read.has_reuse, given.has_reuse);
          EXPECT_EQ(read.spurious_wake_ups, wake_ups);
          EXPECT_EQ(read.steps, steps);
          EXPECT_EQ(to_text(read), to_text(given));
        }
      }
    }
  }
}

TEST(Schedule, ThoseWithoutNumbersAreReadAsEver) {
  schedule read;
  ASSERT_TRUE(parse_schedule("q1.bank.433991aa.wz21", read));
  EXPECT_TRUE(read.has_weak_memory && read.has_reuse);
  EXPECT_EQ(read.spurious_wake_ups, 0U);
  EXPECT_EQ(read.steps, 0U);
  ASSERT_EQ(read.deviations.size(), 1U);
  EXPECT_EQ(read.deviations[0].position, 2U);
  EXPECT_EQ(read.deviations[0].choice, 1U);
  EXPECT_EQ(to_text(read), "q1.bank.433991aa.wz21");
}

TEST(Schedule, ANumberThatIsNoneIsNoSchedule) {
  EXPECT_TRUE(is_schedule("q1.bank.433991aa.y1x5-"));
  for (const char* text :
       {"y", "y-", "y0-", "y1", "x", "x-", "x0-", "x5", "x5y1-", "y1w-", "xvvvv1-", "xvvvvvvvvvv-"}) {
    EXPECT_FALSE(is_schedule(std::string("q1.bank.433991aa.") + text)) << text;
  }
}
