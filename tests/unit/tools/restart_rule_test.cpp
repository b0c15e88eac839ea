#include "restart_rule.hpp"

#include <gtest/gtest.h>

namespace quiesce_tool {
namespace {

using enum next_step;
using enum restart_policy;

constexpr bool booleans[] = {false, true};

TEST(RestartRule, AChangeStartsUnderEveryPolicyAndWithoutDelay) {
  for (const auto policy : {always, on_failure, never}) {
    for (const bool failed : booleans) {
      EXPECT_EQ(decide(policy, {.changed = true, .failed = failed, .watched = true}), start_now);
    }
  }
}

TEST(RestartRule, ThePolicyDecidesAboutAnExit) {
  EXPECT_EQ(decide(always, {.failed = false}), start_after_back_off);
  EXPECT_EQ(decide(always, {.failed = true}), start_after_back_off);
  EXPECT_EQ(decide(on_failure, {.failed = false}), be_over);
  EXPECT_EQ(decide(on_failure, {.failed = true}), start_after_back_off);
  EXPECT_EQ(decide(never, {.failed = false}), be_over);
  EXPECT_EQ(decide(never, {.failed = true}), be_over);
}

TEST(RestartRule, WhoIsWatchedIsNeverOver) {
  EXPECT_EQ(decide(never, {.failed = true, .watched = true}), rest_until_change);
  EXPECT_EQ(decide(on_failure, {.failed = false, .watched = true}), rest_until_change);
  EXPECT_EQ(decide(on_failure, {.failed = true, .watched = true}), start_after_back_off);
  EXPECT_EQ(decide(always, {.failed = false, .watched = true}), start_after_back_off);
}

}  // namespace
}  // namespace quiesce_tool
