// Masks and handlers of signals, in an execution and in the one after it.
#include <gtest/gtest.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>

#include "counting.hpp"
#include "explore/explore.hpp"
#include "signal_calls.hpp"

namespace {

using counting::search;
using explore::report;
using explore::verdict;
using signal_calls::change_mask;
using signal_calls::handle;

// Each logical thread is one of the system's.
report explored_by_threads(void (*program)()) {
  ::setenv("QUIESCE_EXPLORE_BY_THREADS", "1", 1);
  const report found = search(program);
  ::unsetenv("QUIESCE_EXPLORE_BY_THREADS");
  return found;
}

void expect_two(void (*program)()) {
  const report found = search(program);
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_TRUE(found.complete) << found;
  EXPECT_EQ(found.executions, 2U) << found;
}

void add_in_two_threads() {
  std::atomic<int> count{0};
  std::thread other([&] { ++count; });
  ++count;
  other.join();
  assert(count == 2);
}

sigset_t all_signals() {
  sigset_t all;
  sigfillset(&all);
  return all;
}

bool is_blocked(int signal) {
  sigset_t now;
  sigfillset(&now);
  pthread_sigmask(SIG_BLOCK, nullptr, &now);
  return sigismember(&now, signal) == 1;
}

void dereference_nothing() {
  volatile int* volatile nothing = nullptr;
  *nothing = 1;
}

void expect_crash(const report& found) {
  EXPECT_EQ(found.kind, verdict::died_by_signal) << found;
  EXPECT_NE(found.text.find("SIGSEGV, address 0"), std::string::npos) << found;
}

// Past the explorer.
std::uint64_t blocked_by_the_system() {
  std::uint64_t mask = 0;
  long result = 0;
  register long size asm("r10") = sizeof mask;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(SYS_rt_sigprocmask), "D"(SIG_BLOCK), "S"(0L), "d"(&mask), "r"(size)
               : "rcx", "r11", "memory");
  return mask;
}

int use_all_of_the_stack(int depth) {
  volatile char used[4096] = {};
  used[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : use_all_of_the_stack(depth + 1) + used[0];
}

void no_memory() {}

sigjmp_buf after_division;
void recover(int) {
  std::set_new_handler(no_memory);
  siglongjmp(after_division, 1);
}

thread_local sigjmp_buf own_place;
std::atomic<int> recovered;
void count_and_recover(int) {
  ++recovered;
  siglongjmp(own_place, 1);
}

void divide_by_nothing() {
  volatile int nothing = 0;
  if (sigsetjmp(own_place, 1) == 0) nothing = 7 / nothing;
}

unsigned char small_stack[16384];

}  // namespace

TEST(Signals, AMaskIsTheThreadsOwnAndANewThreadBeginsWithThatOfItsCreator) {
  expect_two([] {
    assert(!is_blocked(SIGTERM));
    change_mask(SIG_BLOCK, SIGTERM);
    std::atomic<int> count{0};
    std::thread other([&] {
      assert(is_blocked(SIGTERM));
      change_mask(SIG_UNBLOCK, SIGTERM);
      change_mask(SIG_BLOCK, SIGUSR1);
      assert(!is_blocked(SIGTERM));
      ++count;
    });
    ++count;
    other.join();
    assert(is_blocked(SIGTERM));
    assert(!is_blocked(SIGUSR1));
  });
}

TEST(Signals, AMaskIsReplacedAndSomeAreNeverBlocked) {
  const report found = search([] {
    const sigset_t all = all_signals();
    sigset_t before;
    assert(sigprocmask(SIG_SETMASK, &all, &before) == 0);
    assert(sigismember(&before, SIGTERM) == 0);
    assert(is_blocked(SIGTERM) && !is_blocked(SIGKILL) && !is_blocked(SIGSTOP));
    assert(sigprocmask(SIG_SETMASK, &before, nullptr) == 0);
    assert(!is_blocked(SIGTERM));
  });
  EXPECT_TRUE(found.passed()) << found;
}

TEST(Signals, AMaskIsNotChangedInAWayThatThereIsNot) {
  const report found = search([] {
    const sigset_t all = all_signals();
    assert(pthread_sigmask(17, &all, nullptr) == EINVAL);
    errno = 0;
    assert(sigprocmask(17, &all, nullptr) == -1 && errno == EINVAL);
    assert(!is_blocked(SIGTERM));
  });
  EXPECT_TRUE(found.passed()) << found;
}

TEST(Signals, WhatTheCallerBlocksIsBlocked) {
  sigset_t one;
  sigset_t before;
  sigemptyset(&one);
  sigaddset(&one, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &one, &before);
  const report found = search([] { assert(is_blocked(SIGUSR1)); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_TRUE(found.passed()) << found;
}

TEST(Signals, ACrashIsReportedThoughItsSignalIsBlocked) {
  expect_crash(search([] {
    const sigset_t all = all_signals();
    sigprocmask(SIG_BLOCK, &all, nullptr);
    dereference_nothing();
  }));

  const sigset_t all = all_signals();
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const report by_caller = search(dereference_nothing);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  expect_crash(by_caller);
}

TEST(Signals, AHandlerIsGoneInTheNextExecution) {
  expect_two([] {
    assert(signal(SIGUSR1, handle) == SIG_DFL);
    struct sigaction now {};
    now.sa_handler = SIG_IGN;
    struct sigaction before {};
    assert(sigaction(SIGUSR2, &now, &before) == 0 && before.sa_handler == SIG_DFL);
    add_in_two_threads();
    assert(signal(SIGUSR1, SIG_IGN) == handle);
  });
}

TEST(Signals, ACrashBeforeItsHandlerIsSetIsReportedThoughAnEarlierExecutionSetIt) {
  const auto crash_first = [] {
    std::atomic<bool> has_begun{false};
    std::thread other([&] {
      if (!has_begun) dereference_nothing();
    });
    has_begun = true;
    signal(SIGSEGV, [](int) { _exit(0); });
    other.join();
  };
  expect_crash(search(crash_first));
  expect_crash(explored_by_threads(crash_first));
}

TEST(Signals, AHandlerThatEndsTheProcessLeavesNothingBlocked) {
  const report found = search([] {
    assert((blocked_by_the_system() & std::uint64_t{1} << (SIGSEGV - 1)) == 0);
    std::atomic<bool> may_crash{false};
    std::thread other([&] {
      if (may_crash) dereference_nothing();
    });
    signal(SIGSEGV, [](int) { _exit(0); });
    may_crash = true;
    other.join();
  });
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_EQ(found.executions, 2U) << found;
}

TEST(Signals, WhatAnActionWasIsToldAndCanBePutBack) {
  const report found = search([] {
    struct sigaction mine {};
    mine.sa_handler = handle;
    mine.sa_flags = SA_ONSTACK | SA_RESTART;
    struct sigaction first {};
    assert(sigaction(SIGSEGV, &mine, &first) == 0);
    struct sigaction now {};
    assert(sigaction(SIGSEGV, nullptr, &now) == 0 && (now.sa_flags & SA_ONSTACK) != 0);
    now.sa_flags = 0;
    assert(sigaction(SIGSEGV, &first, &now) == 0);
    assert(now.sa_handler == handle && (now.sa_flags & SA_ONSTACK) != 0);
    assert(signal(SIGSEGV, handle) == first.sa_handler);
    assert(signal(SIGSEGV, first.sa_handler) == handle);
    use_all_of_the_stack(0);
  });
  EXPECT_EQ(found.kind, verdict::died_by_signal) << found;
  EXPECT_NE(found.text.find("the stack of thread 0 is full"), std::string::npos) << found;
}

TEST(Signals, AHandlerThatSignalSetsBlocksItsSignalAndIsNoErrorCode) {
  const report found = search([] {
    assert(signal(SIGUSR1, handle) == SIG_DFL);
    errno = 0;
    assert(signal(SIGUSR1, SIG_ERR) == SIG_ERR && errno == EINVAL);
    struct sigaction now {};
    assert(sigaction(SIGUSR1, nullptr, &now) == 0);
    assert(now.sa_handler == handle && sigismember(&now.sa_mask, SIGUSR1) == 1);
  });
  EXPECT_TRUE(found.passed()) << found;
}

TEST(Signals, WhatIsSetBesideAHandlerThatWasThereBeforeCounts) {
  const report found = search([] {
    struct sigaction mine {};
    mine.sa_handler = SIG_DFL;
    mine.sa_flags = SA_NOCLDWAIT;
    assert(sigaction(SIGCHLD, &mine, nullptr) == 0);
    struct sigaction now {};
    assert(sigaction(SIGCHLD, nullptr, &now) == 0 && (now.sa_flags & SA_NOCLDWAIT) != 0);
  });
  EXPECT_TRUE(found.passed()) << found;
}

TEST(Signals, AnAlternateStackIsTheThreadsOwnAndGoneInTheNextExecution) {
  expect_two([] {
    stack_t mine{};
    mine.ss_sp = small_stack;
    mine.ss_size = sizeof small_stack;
    stack_t before{};
    assert(sigaltstack(&mine, &before) == 0 && before.ss_flags == SS_DISABLE);
    std::atomic<int> count{0};
    std::thread other([&] {
      stack_t own{};
      assert(sigaltstack(nullptr, &own) == 0 && own.ss_flags == SS_DISABLE);
      ++count;
    });
    ++count;
    other.join();
    assert(sigaltstack(&before, &mine) == 0 && mine.ss_sp == small_stack);
    assert(sigaltstack(nullptr, &before) == 0 && before.ss_flags == SS_DISABLE);
    mine.ss_flags = 77;
    assert(sigaltstack(&mine, nullptr) == -1 && errno == EINVAL);
    mine.ss_flags = 0;
    mine.ss_size = 100;
    assert(sigaltstack(&mine, nullptr) == -1 && errno == ENOMEM);
  });
}

TEST(Signals, AStackForHandlersIsLeftAloneByFaultsThatAreTheExplorers) {
  expect_two([] {
    stack_t mine{};
    mine.ss_sp = small_stack;
    mine.ss_size = sizeof small_stack;
    assert(sigaltstack(&mine, nullptr) == 0);
    small_stack[sizeof small_stack - 64] = 7;  // where a frame would lie
    std::set_new_handler(no_memory);
    assert(small_stack[sizeof small_stack - 64] == 7);
    add_in_two_threads();
  });
}

TEST(Signals, TwoThreadsMayBeInHandlersAtATime) {
  const auto divide_in_two_threads = [] {
    stack_t mine{};
    mine.ss_sp = small_stack;
    mine.ss_size = sizeof small_stack;
    assert(sigaltstack(&mine, nullptr) == 0);
    struct sigaction action {};
    action.sa_handler = count_and_recover;
    action.sa_flags = SA_ONSTACK;
    assert(sigaction(SIGFPE, &action, nullptr) == 0);
    recovered = 0;
    std::thread other(divide_by_nothing);
    divide_by_nothing();
    other.join();
    assert(recovered == 2);
  };
  for (const report& found : {search(divide_in_two_threads), explored_by_threads(divide_in_two_threads)}) {
    EXPECT_TRUE(found.passed()) << found;
    EXPECT_TRUE(found.complete) << found;
    EXPECT_EQ(found.executions, 2U) << found;
  }
}

TEST(Signals, AHandlerThatBlocksAllOthersMayChangeTheLibrarysVariables) {
  expect_two([] {
    struct sigaction action {};
    action.sa_handler = recover;
    sigfillset(&action.sa_mask);
    assert(sigaction(SIGFPE, &action, nullptr) == 0);
    volatile int nothing = 0;
    if (sigsetjmp(after_division, 1) == 0) nothing = 7 / nothing;
    assert(std::get_new_handler() == no_memory);
    add_in_two_threads();
  });
}

TEST(Signals, WaysToSetThemThatAreNotModelledAreRefused) {
  const report held = search([] { ssignal(SIGTERM, SIG_IGN); });
  EXPECT_EQ(held.kind, verdict::not_modelled) << held;
  EXPECT_NE(held.text.find("ssignal()"), std::string::npos) << held;
  const report called = search([] {
    std::uint64_t all = ~std::uint64_t{0};
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, nullptr, sizeof all);
  });
  EXPECT_EQ(called.kind, verdict::not_modelled) << called;
  EXPECT_NE(called.text.find("SYS_rt_sigprocmask"), std::string::npos) << called;
}
