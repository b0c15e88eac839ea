#include "duration_text.hpp"

#include <gtest/gtest.h>

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

TEST(DurationText, UnitsAreReadAndSecondsAreMeantWithoutOne) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("10"), 10s);
  EXPECT_EQ(parse_duration("0"), 0s);
  EXPECT_EQ(parse_duration("0.0004"), 0s);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("1h"), 1h);
}

TEST(DurationText, AnythingElseIsRefused) {
  for (const char* text : {"", "s", "ms", "-1s", "-0", "+1", "1 s", " 1s", "1s ", "1sec", "1S", "0x10", "nan", "inf",
                           "1e3s", "1,5s", "99999999h", "one"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(DurationText, IsShownAsPeopleSayIt) {
  EXPECT_EQ(duration_text(0s), "0 ms");
  EXPECT_EQ(duration_text(100ms), "100 ms");
  EXPECT_EQ(duration_text(999'999us), "999 ms");
  EXPECT_EQ(duration_text(1s), "1.0 s");
  EXPECT_EQ(duration_text(3210ms), "3.2 s");
  EXPECT_EQ(duration_text(90s), "90.0 s");
  EXPECT_EQ(duration_text(5min + 59s), "5 min");
}

}  // namespace
}  // namespace quiesce_tool
