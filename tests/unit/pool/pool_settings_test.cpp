#include "pool/pool_settings.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace {

namespace q = quiesce;

unsigned six() { return 6; }

q::pool_settings made_from(q::pool_options options) {
  return q::pool_settings::from(std::move(options), six, std::source_location::current());
}

// minimum, running, maximum
std::array<unsigned, 3> sizes_of(q::pool_options options) {
  const q::pool_settings made = made_from(std::move(options));
  return {made.minimum, made.running, made.maximum};
}

using sizes = std::array<unsigned, 3>;

TEST(PoolSettings, ByDefaultAsManyRunAsThereAreProcessorsAndEightTimesAsManyMayBlock_C12) {
  EXPECT_EQ(sizes_of({}), (sizes{6, 6, 48}));
  EXPECT_EQ(sizes_of({.running = 3}), (sizes{3, 3, 24}));
  EXPECT_EQ(sizes_of({.minimum = 2}), (sizes{2, 6, 48}));
}

TEST(PoolSettings, APoolThatWasAskedToRunOneHasOneThreadUnlessMoreWereAskedFor_C9) {
  EXPECT_EQ(sizes_of({.running = 1}), (sizes{1, 1, 1}));
  EXPECT_EQ(sizes_of({.running = 1, .maximum = 5}), (sizes{1, 1, 5}));
  EXPECT_EQ(sizes_of({.minimum = 3, .running = 1}), (sizes{3, 1, 3}));
}

// oneTBB#2056: a quota of one processor left no worker, and the first wait hung.
TEST(PoolSettings, OnOneProcessorThereIsOneWorkerAndOthersMayTakeItsPlace_C12) {
  const q::pool_settings made = q::pool_settings::from(
      {}, [] { return 1u; }, std::source_location::current());
  EXPECT_EQ(made.minimum, 1u);
  EXPECT_EQ(made.running, 1u);
  EXPECT_EQ(made.maximum, 8u);
}

TEST(PoolSettings, AMaximumBoundsWhatWasNotAskedFor_C9) {
  EXPECT_EQ(sizes_of({.maximum = 4}), (sizes{4, 4, 4}));
  EXPECT_EQ(sizes_of({.minimum = 100}), (sizes{100, 6, 100}));
  EXPECT_EQ(sizes_of({.running = 0xffff'fff0}), (sizes{0xffff'fff0, 0xffff'fff0, 0xffff'ffff}));
}

TEST(PoolSettings, DoesNotAskForTheProcessorsWhenItWasToldANumber) {
  const q::pool_settings made = q::pool_settings::from(
      {.running = 2}, []() -> unsigned { throw std::runtime_error("asked"); }, std::source_location::current());
  EXPECT_EQ(made.running, 2u);
}

TEST(PoolSettings, HasANameAndAReportInAnyCase_J3) {
  EXPECT_EQ(made_from({}).name, "quiesce");
  EXPECT_EQ(made_from({.name = "own"}).name, "own");
  testing::internal::CaptureStderr();
  made_from({}).report("one line");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "one line\n");
}

TEST(PoolSettings, AThreadMayBeIdleForFiveSecondsAndAPoolStuckForOne_C8) {
  const q::pool_settings made = made_from({});
  EXPECT_EQ(made.idle_limit, std::chrono::seconds(5));
  EXPECT_EQ(made.stuck_limit, std::chrono::seconds(1));
}

}  // namespace
