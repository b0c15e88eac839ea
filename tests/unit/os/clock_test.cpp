#include "os/clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace {

using quiesce::os::clock_id;
using quiesce::os::now;
using quiesce::os::to_timespec;

TEST(Clock, BothAreThoseOfTheStandardLibrary) {
  const auto steady_before = std::chrono::steady_clock::now().time_since_epoch().count();
  const auto steady = now(clock_id::steady);
  const auto steady_after = std::chrono::steady_clock::now().time_since_epoch().count();
  EXPECT_LE(steady_before, steady);
  EXPECT_LE(steady, steady_after);
  // The system clock may be set at any moment, so only the same epoch can be asked for: a day apart at most.
  const auto system =
      std::chrono::nanoseconds(now(clock_id::system) - std::chrono::system_clock::now().time_since_epoch().count());
  EXPECT_LT(std::chrono::abs(system), std::chrono::hours(24));
}

TEST(Clock, TimespecKeepsEveryNanosecond) {
  for (const std::int64_t when : {std::int64_t{0}, std::int64_t{1}, std::int64_t{999'999'999},
                                  std::int64_t{1'000'000'000}, std::int64_t{-1}, std::int64_t{-1'000'000'001},
                                  std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    const timespec at = to_timespec(when);
    EXPECT_GE(at.tv_nsec, 0);
    EXPECT_LT(at.tv_nsec, 1'000'000'000);
    EXPECT_TRUE(static_cast<__int128>(at.tv_sec) * 1'000'000'000 + at.tv_nsec == when) << when;
  }
}

}  // namespace
