#include "os/timer_fd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <limits>

#include "os/event_fd.hpp"
#include "support/in_child.hpp"

namespace {

using quiesce::os::clock_id;
using quiesce::os::event_fd;
using quiesce::os::now;
using quiesce::os::timer_fd;

bool is_readable(int fd, int milliseconds = 0) {
  pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&one, 1, milliseconds) == 1;
}
constexpr int half_a_minute = 30'000;

class TimerFd : public testing::TestWithParam<clock_id> {};

INSTANTIATE_TEST_SUITE_P(OnEitherClock, TimerFd, testing::Values(clock_id::steady, clock_id::system),
                         [](const auto& clock) { return clock.param == clock_id::steady ? "steady" : "system"; });

TEST_P(TimerFd, IsNotReadableBeforeItIsSet) {
  const timer_fd timer(GetParam());
  EXPECT_FALSE(is_readable(timer.get()));
}

TEST_P(TimerFd, IsNotReadableBeforeItsMoment) {
  timer_fd timer(GetParam());
  const std::int64_t when = now(GetParam()) + 2'000'000;
  timer.set(when);
  ASSERT_TRUE(is_readable(timer.get(), half_a_minute));
  // Of the steady clock alone: the system clock may be set back in between.
  if (GetParam() == clock_id::steady) {
    EXPECT_GE(now(GetParam()), when);
  }
}

TEST_P(TimerFd, AMomentThatHasPassedIsReadableAtOnce) {
  timer_fd timer(GetParam());
  for (const std::int64_t when :
       {std::int64_t{1}, std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
    timer.set(when);
    EXPECT_TRUE(is_readable(timer.get(), half_a_minute)) << when;
    timer.drain();
    EXPECT_FALSE(is_readable(timer.get())) << when;
  }
}

TEST_P(TimerFd, TheLatestMomentIsTaken) {
  timer_fd timer(GetParam());
  timer.set(std::numeric_limits<std::int64_t>::max());
  EXPECT_FALSE(is_readable(timer.get()));
}

TEST_P(TimerFd, SettingReplacesAReadinessThatWasNotDrained) {
  timer_fd timer(GetParam());
  timer.set(1);
  ASSERT_TRUE(is_readable(timer.get(), half_a_minute));
  timer.set(std::numeric_limits<std::int64_t>::max());
  EXPECT_FALSE(is_readable(timer.get()));
  timer.drain();
}

TEST(EventFd, IsReadableFromTheSignalToTheDrain) {
  event_fd event;
  EXPECT_FALSE(is_readable(event.get()));
  EXPECT_FALSE(event.drain());
  event.signal();
  event.signal();
  EXPECT_TRUE(is_readable(event.get()));
  EXPECT_TRUE(event.drain());
  EXPECT_FALSE(is_readable(event.get()));
}

TEST(EventFd, SignallingKeepsErrno) {
  event_fd event;
  errno = EXDEV;
  event.signal();
  EXPECT_EQ(errno, EXDEV);
}

TEST(TimerFdCreation, OutOfDescriptorsIsSaid) {
  EXPECT_THAT(support::in_child([]() -> std::string {
                const support::descriptor_limit none(0);
                const timer_fd timer(clock_id::steady);
                return "created";
              }),
              testing::HasSubstr("Too many open files"));
}

}  // namespace
