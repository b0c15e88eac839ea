#include "os/signal_action.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstring>

namespace {

using quiesce::os::are_alike;

void nothing(int, siginfo_t*, void*) {}

// What sigaction() hands out: of the mask only the kernel's part is filled in, the rest is what stood on the stack.
struct sigaction handed_out(int leftover) {
  struct sigaction action {};
  std::memset(&action.sa_mask, leftover, sizeof action.sa_mask);
  std::memset(&action.sa_mask, 0, quiesce::os::signal_marks_word::largest / 8);
  action.sa_sigaction = nothing;
  action.sa_flags = SA_SIGINFO;
  return action;
}

TEST(SignalAction, WhatStandsInAMaskBeyondTheLargestSignalMakesNoDifference) {
  EXPECT_TRUE(are_alike(handed_out(0), handed_out(0xA5)));
}

TEST(SignalAction, AnotherHandlerFlagOrMaskMakesADifference) {
  const struct sigaction one = handed_out(0);
  struct sigaction other = one;
  other.sa_sigaction = nullptr;
  EXPECT_FALSE(are_alike(one, other));
  other = one;
  other.sa_flags |= SA_RESTART;
  EXPECT_FALSE(are_alike(one, other));
  for (const int number : {1, SIGUSR1, SIGRTMAX}) {
    other = one;
    ::sigaddset(&other.sa_mask, number);
    EXPECT_FALSE(are_alike(one, other)) << number;
  }
}

}  // namespace
