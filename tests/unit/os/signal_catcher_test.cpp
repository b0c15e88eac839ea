#include "os/signal_catcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csetjmp>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include "support/in_child.hpp"

namespace {

using quiesce::os::signal_catcher;
using testing::HasSubstr;

std::atomic<int> plain_calls{0};
std::atomic<int> detailed_calls{0};
std::atomic<int> detailed_pid{0};
struct sigaction covered_action {};

void plain(int) { ++plain_calls; }
void detailed(int, siginfo_t* how, void*) {
  ++detailed_calls;
  detailed_pid = how->si_pid;
}
// Somebody else's handler that chains as ours does.
void on_top(int number, siginfo_t* how, void* context) {
  ++detailed_calls;
  covered_action.sa_sigaction(number, how, context);
}

struct sigaction action_of(int number) {
  struct sigaction now {};
  ::sigaction(number, nullptr, &now);
  return now;
}

bool is_blocked_by(const struct sigaction& action, int number) { return ::sigismember(&action.sa_mask, number) == 1; }

void install(int number, void (*handler)(int, siginfo_t*, void*), struct sigaction* before = nullptr) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(number, &action, before);
}

bool is_readable() {
  pollfd one{.fd = signal_catcher::descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&one, 1, 0) == 1;
}

// What a handler counts and which actions stand is the process's: every test begins with all as it was at the start.
class SignalCatcher : public testing::Test {
 protected:
  SignalCatcher() {
    ::signal(SIGUSR1, SIG_DFL);
    plain_calls = detailed_calls = detailed_pid = 0;
  }
  ~SignalCatcher() override { ::signal(SIGUSR1, SIG_DFL); }
};

TEST_F(SignalCatcher, ACaughtSignalIsMarkedOnceAndMakesTheDescriptorReadable) {
  signal_catcher::catch_signal(SIGUSR1);
  ::raise(SIGUSR1);
  ::raise(SIGUSR1);
  EXPECT_TRUE(is_readable());
  const auto marked = signal_catcher::take_marked();
  EXPECT_TRUE(marked.contains(SIGUSR1));
  EXPECT_FALSE(marked.contains(SIGUSR2));
  EXPECT_FALSE(is_readable());
  EXPECT_FALSE(signal_catcher::take_marked().any());
  signal_catcher::release(SIGUSR1);
}

TEST_F(SignalCatcher, AMarkThatWasNotTakenInTimeIsNotGivenToALaterCatcher) {
  signal_catcher::catch_signal(SIGUSR1);
  ::raise(SIGUSR1);
  signal_catcher::release(SIGUSR1);
  signal_catcher::catch_signal(SIGUSR1);
  EXPECT_FALSE(signal_catcher::take_marked().any());
  signal_catcher::release(SIGUSR1);
}

TEST_F(SignalCatcher, TheHandlerKeepsErrno) {
  signal_catcher::catch_signal(SIGUSR1);
  errno = EXDEV;
  ::raise(SIGUSR1);
  EXPECT_EQ(errno, EXDEV);
  signal_catcher::take_marked();
  signal_catcher::release(SIGUSR1);
}

TEST_F(SignalCatcher, TheHandlerBeforeUsIsCalledToo) {
  ::signal(SIGUSR1, plain);
  signal_catcher::catch_signal(SIGUSR1);
  ::raise(SIGUSR1);
  EXPECT_EQ(plain_calls, 1);
  signal_catcher::release(SIGUSR1);
  install(SIGUSR1, detailed);
  signal_catcher::catch_signal(SIGUSR1);
  ::kill(::getpid(), SIGUSR1);
  EXPECT_EQ(plain_calls, 1);
  EXPECT_EQ(detailed_calls, 1);
  EXPECT_EQ(detailed_pid, ::getpid());
  EXPECT_TRUE(signal_catcher::take_marked().contains(SIGUSR1));
  signal_catcher::release(SIGUSR1);
}

TEST_F(SignalCatcher, TheLastReleaseRestoresTheActionWithFlagsAndMask) {
  struct sigaction before {};
  before.sa_handler = plain;
  before.sa_flags = SA_NODEFER;
  ::sigaddset(&before.sa_mask, SIGUSR2);
  ::sigaction(SIGUSR1, &before, nullptr);
  signal_catcher::catch_signal(SIGUSR1);
  signal_catcher::catch_signal(SIGUSR1);
  signal_catcher::release(SIGUSR1);
  EXPECT_NE(action_of(SIGUSR1).sa_handler, plain);
  EXPECT_TRUE(is_blocked_by(action_of(SIGUSR1), SIGUSR2));
  signal_catcher::release(SIGUSR1);
  EXPECT_EQ(action_of(SIGUSR1).sa_handler, plain);
  EXPECT_EQ(action_of(SIGUSR1).sa_flags & SA_NODEFER, SA_NODEFER);
  EXPECT_TRUE(is_blocked_by(action_of(SIGUSR1), SIGUSR2));
}

TEST_F(SignalCatcher, AHandlerOnTopOfOursIsLeftThereAndStillReachesTheOldOne) {
  ::signal(SIGUSR1, plain);
  signal_catcher::catch_signal(SIGUSR1);
  install(SIGUSR1, on_top, &covered_action);
  signal_catcher::release(SIGUSR1);
  EXPECT_EQ(action_of(SIGUSR1).sa_sigaction, on_top);
  ::raise(SIGUSR1);
  EXPECT_EQ(detailed_calls, 1);
  EXPECT_EQ(plain_calls, 1);
  signal_catcher::take_marked();
}

TEST_F(SignalCatcher, CatchingAnewOverAHandlerThatCallsUsDoesNotGoInACircle) {
  ::signal(SIGUSR1, plain);
  signal_catcher::catch_signal(SIGUSR1);
  install(SIGUSR1, on_top, &covered_action);
  signal_catcher::release(SIGUSR1);
  for (int round = 1; round <= 3; ++round) {
    signal_catcher::catch_signal(SIGUSR1);
    ::raise(SIGUSR1);
    EXPECT_EQ(detailed_calls, round);
    EXPECT_EQ(plain_calls, round);
    EXPECT_TRUE(signal_catcher::take_marked().contains(SIGUSR1));
    signal_catcher::release(SIGUSR1);
    EXPECT_EQ(action_of(SIGUSR1).sa_sigaction, on_top);
  }
  // It takes itself out again: then ours is what it puts back, and the old one is what that leads to.
  ::sigaction(SIGUSR1, &covered_action, nullptr);
  signal_catcher::catch_signal(SIGUSR1);
  ::raise(SIGUSR1);
  EXPECT_EQ(plain_calls, 4);
  signal_catcher::take_marked();
  signal_catcher::release(SIGUSR1);
  EXPECT_EQ(action_of(SIGUSR1).sa_handler, plain);
}

TEST_F(SignalCatcher, AHandlerThatReplacesOursDoesNotKeepTheNextOneFromCatching) {
  signal_catcher::catch_signal(SIGUSR1);
  ::signal(SIGUSR1, plain);
  signal_catcher::release(SIGUSR1);
  signal_catcher::catch_signal(SIGUSR1);
  ::raise(SIGUSR1);
  EXPECT_TRUE(signal_catcher::take_marked().contains(SIGUSR1));
  EXPECT_EQ(plain_calls, 1);
  signal_catcher::release(SIGUSR1);
  EXPECT_EQ(action_of(SIGUSR1).sa_handler, plain);
}

TEST_F(SignalCatcher, HandlersPutOnOursAgainAndAgainAreRefusedInTheEndAndForgottenWithTheDefaultAction) {
  int caught = 0;
  try {
    for (; caught < 100; ++caught) {
      signal_catcher::catch_signal(SIGUSR1);
      install(SIGUSR1, detailed);
      signal_catcher::release(SIGUSR1);
    }
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("signal " + std::to_string(SIGUSR1)));
  }
  EXPECT_GE(caught, 2);
  EXPECT_LT(caught, 100);
  EXPECT_EQ(action_of(SIGUSR1).sa_sigaction, detailed);
  ::signal(SIGUSR1, SIG_IGN);
  signal_catcher::catch_signal(SIGUSR1);
  ::raise(SIGUSR1);
  EXPECT_TRUE(signal_catcher::take_marked().contains(SIGUSR1));
  signal_catcher::release(SIGUSR1);
  EXPECT_EQ(action_of(SIGUSR1).sa_handler, SIG_IGN);
}

std::jmp_buf elsewhere;
void jump(int) { siglongjmp(elsewhere, 1); }

TEST_F(SignalCatcher, AHandlerThatLeavesByALongJumpIsStillCalledTheNextTime) {
  ::signal(SIGUSR1, jump);
  signal_catcher::catch_signal(SIGUSR1);
  for (int round = 0; round < 300; ++round) {
    if (sigsetjmp(elsewhere, 1) == 0) {
      ::raise(SIGUSR1);
      FAIL() << "the handler before us was not called in round " << round;
    }
    ASSERT_TRUE(signal_catcher::take_marked().contains(SIGUSR1));
  }
  signal_catcher::release(SIGUSR1);
}

TEST_F(SignalCatcher, WhoeverIgnoresDeadChildrenGetsNoZombies) {
  EXPECT_EQ(support::in_child([]() -> std::string {
              ::signal(SIGCHLD, SIG_IGN);
              signal_catcher::catch_signal(SIGCHLD);
              const pid_t child = ::fork();
              if (child == 0) ::_exit(3);
              // Without zombies this waits until the last child has ended, and then fails.
              const bool none = ::waitpid(child, nullptr, 0) == -1 && errno == ECHILD;
              return none ? "none" : "a zombie";
            }),
            "none");
}

TEST_F(SignalCatcher, ADeadChildIsMarkedAndCanBeReaped) {
  signal_catcher::catch_signal(SIGCHLD);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(3);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 3);
  EXPECT_TRUE(signal_catcher::take_marked().contains(SIGCHLD));
  signal_catcher::release(SIGCHLD);
}

TEST_F(SignalCatcher, SignalsThatNobodyCanCatchAreRefusedWithTheNumber) {
  for (const int number : {SIGKILL, SIGSTOP, 0, -1, 32, 65, 1 << 30}) {
    try {
      signal_catcher::catch_signal(number);
      FAIL() << number;
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::invalid_argument);
      EXPECT_THAT(error.what(), HasSubstr("signal " + std::to_string(number)));
    }
  }
}

TEST_F(SignalCatcher, SignalsOfAFailingInstructionAreRefused) {
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) {
    const struct sigaction before = action_of(number);
    EXPECT_THROW(signal_catcher::catch_signal(number), std::invalid_argument);
    EXPECT_EQ(action_of(number).sa_sigaction, before.sa_sigaction);
  }
}

TEST_F(SignalCatcher, SignalsDuringCatchingAndReleasingReachTheHandlerBeforeUsEveryTime) {
  ::signal(SIGUSR1, plain);
  constexpr int sent = 2000;
  std::thread sender([] {
    // To itself, which handles one before it sends the next: none is merged.
    for (int i = 0; i < sent; ++i) ::pthread_kill(::pthread_self(), SIGUSR1);
  });
  for (int i = 0; i < 1000; ++i) {
    signal_catcher::catch_signal(SIGUSR1);
    signal_catcher::release(SIGUSR1);
  }
  sender.join();
  EXPECT_EQ(plain_calls, sent);
  signal_catcher::take_marked();
}

}  // namespace
