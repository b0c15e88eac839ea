#include "wording.hpp"
#include "signal_name.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

TEST(Wording, SignalsHaveTheirNames) {
  EXPECT_EQ(signal_text(SIGTERM), "SIGTERM");
  EXPECT_EQ(signal_text(SIGKILL), "SIGKILL");
  EXPECT_EQ(signal_text(99), "signal 99");
}

TEST(Wording, AnExitIsToldFromTheEndByASignal) {
  EXPECT_EQ(exit_text({.exited = true, .code = 3}), "exited with status 3");
  EXPECT_EQ(exit_text({.exited = false, .signal = SIGSEGV}), "was ended by SIGSEGV");
}

TEST(Wording, TheStatusIsThatOfAShell) {
  EXPECT_EQ(shell_status({.exited = true, .code = 3}), 3);
  EXPECT_EQ(shell_status({.exited = false, .signal = SIGTERM}), 143);
}

TEST(Wording, AShutdownSaysWhomItWaitsFor) {
  hold_up held{.waited = 3210ms, .name = "web", .pid = 812, .kill_in = 6790ms};
  EXPECT_EQ(hold_up_text(held), "waiting 3.2 s for web (pid 812, SIGTERM sent), kill in 6.8 s");
  held.grandchildren = {"sh 813", "node 815"};
  EXPECT_EQ(hold_up_text(held),
            "waiting 3.2 s for web (pid 812, SIGTERM sent, 2 grandchildren alive: sh 813, node 815), kill in 6.8 s");
  held.exited = true;
  held.grandchildren = {"node 815"};
  EXPECT_EQ(hold_up_text(held),
            "waiting 3.2 s for web (pid 812 has exited, SIGTERM sent, 1 grandchild alive: node 815), kill in 6.8 s");
}

TEST(Wording, AfterTheLimitAShutdownStillSaysWhomItWaitsFor) {
  EXPECT_EQ(hold_up_text({.waited = 12s, .name = "web", .pid = 812, .exited = false}),
            "waiting 12.0 s for web (pid 812, SIGKILL sent)");
}

TEST(Wording, ASignalThatWasRefusedWasNotSent) {
  hold_up held{.waited = 1s, .name = "web", .pid = 812, .exited = false, .kill_in = 2s, .refused = true};
  EXPECT_EQ(hold_up_text(held), "waiting 1.0 s for web (pid 812, SIGTERM refused), kill in 2.0 s");
  held.kill_in.reset();
  EXPECT_EQ(hold_up_text(held), "waiting 1.0 s for web (pid 812, SIGKILL refused)");
}

TEST(Wording, OfManyGrandchildrenAFewAreNamed) {
  const hold_up held{.waited = 1s,
                     .name = "an unknown process",
                     .exited = true,
                     .grandchildren = {"a 1", "b 2", "c 3", "d 4", "e 5"},
                     .kill_in = 1s};
  EXPECT_EQ(hold_up_text(held),
            "waiting 1.0 s for an unknown process (SIGTERM sent, 5 grandchildren alive: a 1, b 2, c 3, d 4, …), "
            "kill in 1.0 s");
}

}  // namespace
}  // namespace quiesce_tool
