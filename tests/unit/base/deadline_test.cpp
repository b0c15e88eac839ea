#include "quiesce/deadline.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace {

using namespace std::chrono_literals;
namespace chrono = std::chrono;
using quiesce::deadline;
using quiesce::time_limit;
using picoseconds = chrono::duration<std::int64_t, std::pico>;
using seconds_as_double = chrono::duration<double>;

constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr std::int64_t limit_of(time_limit limit) { return limit.nanoseconds(); }

TEST(TimeLimit, KeepsAWholeNumberOfNanoseconds) {
  EXPECT_EQ(limit_of(0ns), 0);
  EXPECT_EQ(limit_of(1ns), 1);
  EXPECT_EQ(limit_of(5s), 5'000'000'000);
  EXPECT_EQ(limit_of(9'223'372'036s), 9'223'372'036'000'000'000) << "the last whole second that 64 bits hold";
  EXPECT_EQ(limit_of(seconds_as_double(2.0)), 2'000'000'000);
  EXPECT_EQ(limit_of(chrono::duration<signed char, std::milli>(127)), 127'000'000);
  EXPECT_EQ(limit_of(chrono::duration<unsigned, std::micro>(7)), 7'000);
}

TEST(TimeLimit, RoundsFractionsUpSoThatNothingIsEarly_B6) {
  EXPECT_EQ(limit_of(picoseconds(1)), 1);
  EXPECT_EQ(limit_of(picoseconds(1000)), 1);
  EXPECT_EQ(limit_of(picoseconds(1001)), 2);
  EXPECT_EQ(limit_of(picoseconds::max()), 9'223'372'036'854'776);
  EXPECT_EQ((limit_of(chrono::duration<int, std::ratio<1, 3>>(1))), 333'333'334);
  EXPECT_EQ((limit_of(chrono::duration<int, std::ratio<1, 3>>(3))), 1'000'000'000);
  EXPECT_EQ(limit_of(seconds_as_double(1e-10)), 1);
  EXPECT_EQ(limit_of(seconds_as_double(std::numeric_limits<double>::denorm_min())), 1);
  EXPECT_EQ(limit_of(chrono::duration<double, std::nano>(1.5)), 2);
  EXPECT_EQ(limit_of(chrono::duration<float, std::milli>(0.25F)), 250'000);
}

TEST(TimeLimit, SaturatesToUnlimited_B6) {
  for (const time_limit limit :
       {time_limit(chrono::nanoseconds::max()), time_limit(chrono::microseconds::max()),
        time_limit(chrono::hours::max()), time_limit(chrono::years::max()), time_limit(9'223'372'037s),
        time_limit(seconds_as_double::max()), time_limit(seconds_as_double(infinity)),
        time_limit(chrono::duration<float, std::ratio<86'400>>(1e30F)),
        time_limit(chrono::duration<unsigned long long, std::nano>::max()),
        time_limit(chrono::duration<long double>(9.3e9L)), time_limit::none()}) {
    EXPECT_TRUE(limit.is_unlimited()) << limit.nanoseconds();
    EXPECT_EQ(limit.nanoseconds(), longest);
  }
  EXPECT_FALSE(time_limit(9'223'372'036s).is_unlimited());
}

TEST(TimeLimit, MeansZeroWhenItIsNegativeOrNoNumber_B6) {
  EXPECT_EQ(limit_of(-1ns), 0);
  EXPECT_EQ(limit_of(chrono::nanoseconds::min()), 0);
  EXPECT_EQ(limit_of(chrono::hours::min()), 0);
  EXPECT_EQ(limit_of(picoseconds(-1)), 0);
  EXPECT_EQ(limit_of(seconds_as_double(-0.5)), 0);
  EXPECT_EQ(limit_of(seconds_as_double(-0.0)), 0);
  EXPECT_EQ(limit_of(seconds_as_double(-infinity)), 0);
  EXPECT_EQ(limit_of(seconds_as_double(std::numeric_limits<double>::quiet_NaN())), 0);
}

TEST(TimeLimit, IsKnownAtCompileTime) {
  static_assert(limit_of(1ms) == 1'000'000);
  static_assert(limit_of(chrono::hours::max()) == longest);
  static_assert(limit_of(seconds_as_double(1e-10)) == 1);
  static_assert(time_limit::none().is_unlimited());
  static_assert(deadline().is_never() && quiesce::never.is_never());
  static_assert(deadline(chrono::steady_clock::time_point::max()).is_never());
}

TEST(Deadline, IsNeverWhenNothingIsSaidAndForEveryMomentTooFarAway_B6) {
  for (const deadline when :
       {deadline(), quiesce::never, deadline(time_limit::none()), deadline(chrono::hours::max()),
        deadline(chrono::nanoseconds::max()), deadline(seconds_as_double(infinity)),
        deadline(chrono::steady_clock::time_point::max()), deadline(chrono::system_clock::time_point::max())}) {
    EXPECT_TRUE(when.is_never());
    EXPECT_EQ(when.on(), deadline::clock::never);
    EXPECT_EQ(when.nanoseconds(), 0);
    EXPECT_FALSE(when.has_passed());
  }
}

TEST(Deadline, SaturatesWhereNowAndALimitTogetherAreTooMuch_B6) {
  const auto now = chrono::steady_clock::now().time_since_epoch();
  const deadline when = chrono::nanoseconds::max() - now;
  EXPECT_TRUE(when.is_never());
  EXPECT_FALSE(when.has_passed()) << "wrapped around into the past";
}

TEST(Deadline, CountsALimitFromNowOnTheSteadyClock_B6) {
  const auto before = chrono::steady_clock::now();
  const deadline when = 5s;
  const auto after = chrono::steady_clock::now();
  EXPECT_EQ(when.on(), deadline::clock::steady);
  EXPECT_GE(when.nanoseconds(), (before + 5s).time_since_epoch().count());
  EXPECT_LE(when.nanoseconds(), (after + 5s).time_since_epoch().count());
}

TEST(Deadline, KeepsAMomentAndItsClock_B6) {
  const auto steady = chrono::steady_clock::now() + 1h;
  EXPECT_EQ(deadline(steady).on(), deadline::clock::steady);
  EXPECT_EQ(deadline(steady).nanoseconds(), steady.time_since_epoch().count());
  EXPECT_FALSE(deadline(steady).has_passed());

  const auto system = chrono::system_clock::now() + 1h;
  EXPECT_EQ(deadline(system).on(), deadline::clock::system);
  EXPECT_EQ(deadline(system).nanoseconds(), system.time_since_epoch().count());
  EXPECT_FALSE(deadline(system).has_passed());
}

TEST(Deadline, HasPassedWhenItsMomentHas_B6) {
  EXPECT_TRUE(deadline(chrono::steady_clock::now()).has_passed());
  EXPECT_TRUE(deadline(chrono::system_clock::now() - 1h).has_passed());
  EXPECT_TRUE(deadline(0s).has_passed());
  EXPECT_TRUE(deadline(-1h).has_passed());
  EXPECT_TRUE(deadline(seconds_as_double(std::numeric_limits<double>::quiet_NaN())).has_passed());
}

TEST(Deadline, BeforeTheEpochOfItsClockHasPassedLikeTheEpoch_B6) {
  for (const deadline when :
       {deadline(chrono::steady_clock::time_point::min()), deadline(chrono::system_clock::time_point::min()),
        deadline(chrono::system_clock::time_point(-1ns))}) {
    EXPECT_FALSE(when.is_never());
    EXPECT_EQ(when.nanoseconds(), 0);
    EXPECT_TRUE(when.has_passed());
  }
}

TEST(Deadline, HasNeverPassedBeforeItsMoment_B6) {
  for (const chrono::microseconds limit : {1us, 50us, 1000us, 3000us}) {
    const auto begin = chrono::steady_clock::now();
    const deadline when = limit;
    while (!when.has_passed()) {
    }
    EXPECT_GE(chrono::steady_clock::now() - begin, limit);
  }
}

}  // namespace
