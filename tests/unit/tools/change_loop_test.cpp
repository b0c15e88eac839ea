#include "change_loop.hpp"

#include <gtest/gtest.h>

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

TEST(ChangeLoop, IsSuspectedAfterFiveRunsThatAChangeHasEndedSoon) {
  change_loop loop;
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(loop.run_ended(100ms));
  EXPECT_TRUE(loop.run_ended(100ms));
  EXPECT_TRUE(loop.is_suspected());
}

TEST(ChangeLoop, OneLongerRunClearsTheSuspicion) {
  change_loop loop;
  for (int i = 0; i < 6; ++i) loop.run_ended(0ms);
  EXPECT_FALSE(loop.run_ended(1s));
  EXPECT_FALSE(loop.is_suspected());
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(loop.run_ended(999ms));
}

}  // namespace
}  // namespace quiesce_tool
