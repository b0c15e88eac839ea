#include "handle/next_due.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Of a deadline on the steady clock.
steady_clock::time_point moment(q::deadline due) {
  EXPECT_EQ(due.on(), q::deadline::clock::steady);
  return steady_clock::time_point(std::chrono::nanoseconds(due.nanoseconds()));
}

TEST(NextDue, IsOnePeriodAfterTheLastMomentHoweverLateThatWasNoticed_B6) {
  const steady_clock::time_point due = steady_clock::now() - 15ms;
  EXPECT_EQ(moment(q::next_due(due, 1h)) - due, 1h);
}

TEST(NextDue, ThePeriodsThatWereSleptThroughMergeAndTheStepsStay_B6) {
  // The clock may have begun when the machine was started, a few minutes ago: there is no earlier moment on it.
  const auto period = steady_clock::now().time_since_epoch() / 4;
  const steady_clock::time_point due = steady_clock::now() - 2 * period - 1ms;
  EXPECT_EQ(moment(q::next_due(due, period)) - due, 3 * period);
}

TEST(NextDue, AfterAMomentOnTheSystemClockIsOnePeriodFromNowOnTheSteadyOne_B6) {
  const steady_clock::time_point before = steady_clock::now();
  const steady_clock::time_point next = moment(q::next_due(std::chrono::system_clock::now() - 15min, 1h));
  EXPECT_GE(next, before + 1h);
  EXPECT_LE(next, steady_clock::now() + 1h);
}

TEST(NextDue, IsNeverWhereNowAndAPeriodTogetherAreTooMuch_B6) {
  const std::chrono::nanoseconds room = std::chrono::nanoseconds::max() - steady_clock::now().time_since_epoch();
  EXPECT_TRUE(q::next_due(steady_clock::now(), std::chrono::nanoseconds::max()).is_never());
  EXPECT_TRUE(q::next_due(steady_clock::now(), room).is_never()) << "time has gone on since";
  EXPECT_FALSE(q::next_due(steady_clock::now(), room - 24h).is_never());
}

}  // namespace
