// SIGPIPE: to whom it comes, where it waits, and what other threads do about it meanwhile.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <string>
#include <thread>

#include "counting.hpp"
#include "explore/explore.hpp"
#include "signal_calls.hpp"

namespace {

using counting::search;
using explore::report;
using explore::strategy;
using explore::verdict;
using signal_calls::change_mask;
using signal_calls::handle;

void write_to_nobody() {
  int ends[2];
  assert(pipe(ends) == 0);
  close(ends[0]);
  errno = 0;
  assert(write(ends[1], "a", 1) == -1 && errno == EPIPE);
  close(ends[1]);
}

bool is_pending(int signal) {
  sigset_t now;
  assert(sigpending(&now) == 0);
  return sigismember(&now, signal) == 1;
}

// As a library does it that must not end its program.
int take_without_waiting(int signal) {
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, signal);
  constexpr timespec at_once{};
  siginfo_t about;
  const int taken = sigtimedwait(&one, &about, &at_once);
  assert(taken < 0 || about.si_signo == taken);
  return taken;
}

int real_ends[2];  // made before the exploration

template <class Unblock>
void end_by(Unblock unblock) {
  change_mask(SIG_BLOCK, SIGPIPE);
  write_to_nobody();
  assert(is_pending(SIGPIPE));
  unblock();
}

void expect_late_end(const report& found) {
  EXPECT_EQ(found.kind, verdict::died_by_signal) << found;
  EXPECT_NE(found.text.find("SIGPIPE: it was blocked when the thread wrote"), std::string::npos) << found;
}

}  // namespace

TEST(BrokenPipe, IsAnErrorToWhoBlocksOrIgnoresItsSignal) {
  const report found = search(write_to_nobody);
  EXPECT_EQ(found.kind, verdict::died_by_signal) << found;
  EXPECT_NE(found.text.find("1) failed\n"), std::string::npos) << "as the table tells of the write: " << found;
  const report blocked = search([] {
    change_mask(SIG_BLOCK, SIGPIPE);
    write_to_nobody();
  });
  EXPECT_TRUE(blocked.passed()) << blocked;
  const report ignored = search([] {
    signal(SIGPIPE, SIG_IGN);
    write_to_nobody();
  });
  EXPECT_TRUE(ignored.passed()) << ignored;
  const report handled = search([] {
    signal(SIGPIPE, handle);
    write_to_nobody();
  });
  EXPECT_EQ(handled.kind, verdict::not_modelled) << handled;
}

TEST(BrokenPipe, EndsWhoUnblocksItsSignalTooEarly) {
  expect_late_end(search([] { end_by([] { change_mask(SIG_UNBLOCK, SIGPIPE); }); }));
  const report handled = search([] {
    signal(SIGPIPE, handle);
    end_by([] { change_mask(SIG_UNBLOCK, SIGPIPE); });
  });
  EXPECT_EQ(handled.kind, verdict::not_modelled) << handled;
}

TEST(BrokenPipe, EndsWhoWaitsForOtherThingsWithAMaskThatDoesNotBlockItsSignal) {
  static const sigset_t none{};
  expect_late_end(search([] {
    end_by([] {
      constexpr timespec at_once{};
      ppoll(nullptr, 0, &at_once, &none);
    });
  }));
  expect_late_end(search([] {
    end_by([] {
      epoll_event event;
      epoll_pwait(epoll_create1(0), &event, 1, 1, &none);
    });
  }));
  expect_late_end(search([] {
    end_by([] {
      constexpr timespec at_once{};
      pselect(0, nullptr, nullptr, nullptr, &at_once, &none);
    });
  }));
}

// As Linux does it, which puts the mask back before it looks for signals.
TEST(BrokenPipe, ItsSignalWaitsOnAfterACallThatDidNotHaveToWait) {
  static const sigset_t none{};
  const report found = search([] {
    const int set = epoll_create1(0);
    epoll_event event{.events = EPOLLIN, .data = {}};
    const int ready = eventfd(1, 0);
    change_mask(SIG_BLOCK, SIGPIPE);
    write_to_nobody();
    assert(epoll_pwait(set, &event, 1, 0, &none) == 0);
    assert(epoll_pwait(ready, &event, 1, -1, &none) == -1 && errno == EINVAL);
    assert(epoll_ctl(set, EPOLL_CTL_ADD, ready, &event) == 0);
    assert(epoll_pwait(set, &event, 1, -1, &none) == 1);
    pollfd one{.fd = ready, .events = POLLIN, .revents = 0};
    assert(ppoll(&one, 1, nullptr, &none) == 1);
    constexpr timespec at_once{};
    assert(ppoll(nullptr, 0, &at_once, nullptr) == 0);
    assert(take_without_waiting(SIGPIPE) == SIGPIPE);
    assert(ppoll(nullptr, 0, &at_once, &none) == 0);
    write_to_nobody();
    signal(SIGPIPE, SIG_IGN);
    write_to_nobody();
    assert(epoll_ctl(set, EPOLL_CTL_DEL, ready, nullptr) == 0);
    assert(epoll_pwait(set, &event, 1, -1, &none) == -1 && errno == EINTR);
    assert(!is_pending(SIGPIPE));
  });
  EXPECT_TRUE(found.passed()) << found;
}

TEST(BrokenPipe, ItsSignalIsTheThreadsAndGoneWhenItWasTakenOrIgnored) {
  const report found = search([] {
    assert(!is_pending(SIGPIPE));
    change_mask(SIG_BLOCK, SIGPIPE);
    write_to_nobody();
    write_to_nobody();
    std::atomic<int> count{0};
    std::thread other([&] {
      assert(!is_pending(SIGPIPE));
      assert(take_without_waiting(SIGPIPE) == -1 && errno == EAGAIN);
      change_mask(SIG_UNBLOCK, SIGPIPE);
      ++count;
    });
    ++count;
    other.join();
    assert(take_without_waiting(SIGTERM) == -1 && errno == EAGAIN);
    assert(take_without_waiting(SIGPIPE) == SIGPIPE);
    assert(!is_pending(SIGPIPE) && take_without_waiting(SIGPIPE) == -1);
    change_mask(SIG_UNBLOCK, SIGPIPE);
    change_mask(SIG_BLOCK, SIGPIPE);
    write_to_nobody();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGPIPE, SIG_DFL);
    change_mask(SIG_UNBLOCK, SIGPIPE);
    change_mask(SIG_BLOCK, SIGPIPE);
    write_to_nobody();  // and so it ends: it is not there in the next execution
  });
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_TRUE(found.complete) << found;
  EXPECT_EQ(found.executions, 2U) << found;
}

TEST(BrokenPipe, ItsSignalCanBeTakenByAllThatWaitForOne) {
  const report found = search([] {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGPIPE);
    change_mask(SIG_BLOCK, SIGPIPE);
    write_to_nobody();
    int taken = 0;
    assert(sigwait(&one, &taken) == 0 && taken == SIGPIPE);
    write_to_nobody();
    siginfo_t about;
    assert(sigwaitinfo(&one, &about) == SIGPIPE && about.si_signo == SIGPIPE && about.si_pid == getpid());
    write_to_nobody();
    constexpr timespec wrong{.tv_sec = 0, .tv_nsec = -1};
    assert(sigtimedwait(&one, nullptr, &wrong) == -1 && errno == EINVAL);
    constexpr timespec second{.tv_sec = 1, .tv_nsec = 0};
    assert(sigtimedwait(&one, nullptr, &second) == SIGPIPE);
    assert(!is_pending(SIGPIPE));
    change_mask(SIG_UNBLOCK, SIGPIPE);
  });
  EXPECT_TRUE(found.passed()) << found;
}

TEST(BrokenPipe, AnotherThreadMayComeToIgnoreItsSignalTooLate) {
  static const auto write_meanwhile = [] {
    std::thread other(write_to_nobody);
    signal(SIGPIPE, SIG_IGN);
    other.join();
  };
  for (const strategy by : {strategy::exhaustive, strategy::bounded, strategy::depth_first}) {
    const report found = search(write_meanwhile, by);
    EXPECT_EQ(found.kind, verdict::died_by_signal) << found;
  }
}

TEST(BrokenPipe, AnotherThreadMayTakeItsSignalAwayByIgnoringIt) {
  static const auto take_meanwhile = [] {
    std::atomic<int> count{0};
    std::thread other([&] {
      ++count;
      signal(SIGPIPE, SIG_IGN);
      signal(SIGPIPE, SIG_DFL);
    });
    change_mask(SIG_BLOCK, SIGPIPE);
    write_to_nobody();
    ++count;
    assert(take_without_waiting(SIGPIPE) == SIGPIPE);
    other.join();
  };
  for (const strategy by : {strategy::exhaustive, strategy::bounded, strategy::depth_first}) {
    const report found = search(take_meanwhile, by);
    EXPECT_EQ(found.kind, verdict::failed_assertion) << found;
    EXPECT_NE(found.text.find("signal(SIGPIPE)\n"), std::string::npos) << found;
    EXPECT_NE(found.text.find("sigtimedwait(SIGPIPE)\n"), std::string::npos) << found;
  }
}

TEST(BrokenPipe, WhoAsksForAnActionMayFindThatOfAnotherThread) {
  const report found = search([] {
    std::thread other([] { signal(SIGUSR1, handle); });
    struct sigaction now {};
    assert(sigaction(SIGUSR1, nullptr, &now) == 0);
    assert(now.sa_handler == SIG_DFL);
    other.join();
  });
  EXPECT_EQ(found.kind, verdict::failed_assertion) << found;
}

TEST(BrokenPipe, WhoWritesAndTakesAgainAndAgainFindsSomethingNewEachTime) {
  static const auto take_six_times = [] {
    change_mask(SIG_BLOCK, SIGPIPE);
    std::thread other([] {
      signal(SIGPIPE, SIG_IGN);
      signal(SIGPIPE, SIG_DFL);
    });
    int ends[2];
    assert(pipe(ends) == 0);
    close(ends[0]);
    for (int i = 0; i < 6; ++i) {
      assert(write(ends[1], "a", 1) == -1);
      const int taken = take_without_waiting(SIGPIPE);
      assert(i != 5 || taken == SIGPIPE);
    }
    other.join();
  };
  const report found = search(take_six_times);
  EXPECT_EQ(found.kind, verdict::failed_assertion) << found;
}

TEST(BrokenPipe, ThatTheSystemHasEndsWhoDoesNotIgnoreItsSignalInTime) {
  ASSERT_EQ(pipe(real_ends), 0);
  close(real_ends[0]);
  static const auto write_meanwhile = [] {
    std::thread other([] { assert(write(real_ends[1], "a", 1) == -1 && errno == EPIPE); });
    signal(SIGPIPE, SIG_IGN);
    other.join();
  };
  const report ignored_late = search(write_meanwhile);
  // What the caller of the explorer blocks, the program may unblock.
  change_mask(SIG_BLOCK, SIGPIPE);
  const report unblocked = search([] {
    change_mask(SIG_UNBLOCK, SIGPIPE);
    write(real_ends[1], "a", 1);
  });
  change_mask(SIG_UNBLOCK, SIGPIPE);
  close(real_ends[1]);
  EXPECT_EQ(ignored_late.kind, verdict::died_by_signal) << ignored_late;
  EXPECT_NE(ignored_late.text.find("write(SIGPIPE)\n"), std::string::npos) << ignored_late;
  EXPECT_EQ(unblocked.kind, verdict::died_by_signal) << unblocked;
  EXPECT_NE(unblocked.text.find("SIGPIPE: the other end"), std::string::npos) << unblocked;
}

TEST(BrokenPipe, ThatTheSystemHasIsAnErrorToWhoBlocksItsSignalToo) {
  ASSERT_EQ(pipe(real_ends), 0);
  close(real_ends[0]);
  const report found = search([] {
    change_mask(SIG_BLOCK, SIGPIPE);
    for (int i = 0; i < 2; ++i) {
      errno = 0;
      assert(write(real_ends[1], "a", 1) == -1 && errno == EPIPE);
      assert(is_pending(SIGPIPE) && take_without_waiting(SIGPIPE) == SIGPIPE);
    }
    change_mask(SIG_UNBLOCK, SIGPIPE);
  });
  close(real_ends[1]);
  EXPECT_TRUE(found.passed()) << found;
}

// The system's signal waits then, and is another write's.
TEST(BrokenPipe, ThatLibcWroteToIsNoMatterOfTheNextWrite) {
  ASSERT_EQ(pipe(real_ends), 0);
  close(real_ends[0]);
  change_mask(SIG_BLOCK, SIGPIPE);
  const report found = search([] {
    assert(dprintf(real_ends[1], "a") == -1 && errno == EPIPE);
    change_mask(SIG_UNBLOCK, SIGPIPE);
    const int good = open("/dev/null", O_WRONLY);
    assert(write(good, "a", 1) == 1);
    close(good);
  });
  change_mask(SIG_UNBLOCK, SIGPIPE);
  close(real_ends[1]);
  EXPECT_TRUE(found.passed()) << found;
}

TEST(BrokenPipe, IsAnErrorToAThreadWhoseAttributesBlockItsSignal) {
  const report found = search([] {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGPIPE);
    pthread_attr_t attributes;
    assert(pthread_attr_init(&attributes) == 0 && pthread_attr_setsigmask_np(&attributes, &one) == 0);
    pthread_t other;
    const auto routine = [](void*) -> void* {
      write_to_nobody();
      return nullptr;
    };
    assert(pthread_create(&other, &attributes, routine, nullptr) == 0);
    assert(pthread_join(other, nullptr) == 0);
    assert(pthread_attr_destroy(&attributes) == 0);
  });
  EXPECT_TRUE(found.passed()) << found;
}

TEST(BrokenPipe, WhatItsFunctionsReadAndWriteIsLookedAtForRaces) {
  constexpr int line_of_call = __LINE__ + 4;
  const report action = search([] {
    static struct sigaction shared {};
    std::thread other([] { shared.sa_flags = SA_RESTART; });
    sigaction(SIGUSR1, &shared, nullptr);  // line_of_call
    other.join();
  });
  EXPECT_EQ(action.kind, verdict::data_race) << action;
  EXPECT_NE(action.text.find("broken_pipe_test.cpp:" + std::to_string(line_of_call)), std::string::npos) << action;
  const report found = search([] {
    static sigset_t shared;
    std::thread other([] { sigpending(&shared); });
    sigpending(&shared);
    other.join();
  });
  EXPECT_EQ(found.kind, verdict::data_race) << found;
}
