#include "change_loop.hpp"

#include <gtest/gtest.h>

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

TEST(ChangeLoop, IsSuspectedAfterFiveAnswersThatAChangeFollowedSoon) {
  change_loop loop;
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(loop.change_came(100ms));
  EXPECT_TRUE(loop.change_came(100ms));
  EXPECT_TRUE(loop.is_suspected());
}

TEST(ChangeLoop, OneThatComesLaterClearsTheSuspicion) {
  change_loop loop;
  for (int i = 0; i < 6; ++i) loop.change_came(0ms);
  EXPECT_FALSE(loop.change_came(1s));
  EXPECT_FALSE(loop.is_suspected());
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(loop.change_came(999ms));
}

}  // namespace
}  // namespace quiesce_tool
