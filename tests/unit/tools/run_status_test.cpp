#include "run_status.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

std::chrono::steady_clock::time_point at(std::chrono::seconds moment) {
  return std::chrono::steady_clock::time_point{moment};
}

TEST(RunStatus, IsZeroWhenNothingHappened) { EXPECT_EQ(run_status{}.value(), 0); }

TEST(RunStatus, IsThatOfTheProcessThatFailedFirst) {
  run_status status;
  status.failed(2, 7, at(0s));
  status.failed(0, 3, at(0s));
  EXPECT_EQ(status.value(), 7);
}

TEST(RunStatus, IsThatOfTheProcessThatFailedFirstThoughItIsToldOfLater) {
  run_status status;
  status.failed(2, 7, at(2s));
  status.failed(0, 3, at(1s));
  EXPECT_EQ(status.value(), 3);
  status.failed(1, 5, at(3s));
  EXPECT_EQ(status.value(), 3);
}

TEST(RunStatus, ForgetsAFailureThatANewStartHasMended) {
  run_status status;
  status.failed(2, 7, at(0s));
  status.failed(0, 3, at(0s));
  status.started(2);
  EXPECT_EQ(status.value(), 3);
  status.started(0);
  EXPECT_EQ(status.value(), 0);
}

TEST(RunStatus, TellsOfTheSignalThatCutTheStopShort) {
  run_status status;
  status.forced(SIGINT);
  EXPECT_EQ(status.value(), 130);
}

TEST(RunStatus, TellsOfAClosedOutputAsIfBySigpipe) {
  run_status status;
  status.output_closed();
  EXPECT_EQ(status.value(), 128 + SIGPIPE);
}

TEST(RunStatus, TellsOfOutputThatWasLostForWantOfRoom) {
  run_status status;
  status.no_room();
  EXPECT_EQ(status.value(), 1);
}

TEST(RunStatus, TellsThatSomebodyWasLeftRunning) {
  run_status status;
  status.left_running();
  EXPECT_EQ(status.value(), 1);
}

TEST(RunStatus, RanksFailureBeforeWhoIsLeftBeforeForceBeforeOutput) {
  run_status status;
  status.no_room();
  status.output_closed();
  EXPECT_EQ(status.value(), 141);
  status.forced(SIGTERM);
  EXPECT_EQ(status.value(), 143);
  status.left_running();
  EXPECT_EQ(status.value(), 1);
  status.failed(0, 5, at(0s));
  EXPECT_EQ(status.value(), 5);
}

}  // namespace
}  // namespace quiesce_tool
