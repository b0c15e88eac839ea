#include "back_off.hpp"

#include <gtest/gtest.h>

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

TEST(BackOff, DoublesUpToItsMaximum) {
  back_off delays{{.first = 100ms, .maximum = 1s, .forget_after = 10s}};
  for (const auto expected : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) EXPECT_EQ(delays.next(1ms), expected);
}

TEST(BackOff, ForgetsAfterALongEnoughRun) {
  back_off delays{{.first = 100ms, .maximum = 1s, .forget_after = 10s}};
  delays.next(0s);
  delays.next(0s);
  EXPECT_EQ(delays.next(9'999ms), 400ms);
  EXPECT_EQ(delays.next(10s), 100ms);
  EXPECT_EQ(delays.next(0s), 200ms);
}

TEST(BackOff, ForgetsWhenTold) {
  back_off delays{{}};
  delays.next(0s);
  delays.forget();
  EXPECT_EQ(delays.next(0s), 100ms);
}

TEST(BackOff, NeverWaitsLongerThanItsMaximumNotEvenAtFirst) {
  back_off delays{{.first = 5s, .maximum = 1s, .forget_after = 10s}};
  EXPECT_EQ(delays.next(0s), 1s);
  EXPECT_EQ(delays.next(0s), 1s);
}

TEST(BackOff, MayBeNone) {
  back_off delays{{.first = 0ms, .maximum = 10s, .forget_after = 10s}};
  EXPECT_EQ(delays.next(0s), 0ms);
  EXPECT_EQ(delays.next(0s), 0ms);
}

TEST(BackOff, DoesNotOverflow) {
  back_off delays{{.first = 1ms, .maximum = std::chrono::milliseconds::max(), .forget_after = 10s}};
  auto before = 0ms;
  for (int i = 0; i < 100; ++i) {
    const auto now = delays.next(0s);
    ASSERT_GE(now, before);
    before = now;
  }
  EXPECT_EQ(before, std::chrono::milliseconds::max());
}

}  // namespace
}  // namespace quiesce_tool
