// Variables of the C++ library begin as they were in each execution, whatever the program does with signals.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cstdlib>
#include <new>
#include <thread>

#include "explore/explore.hpp"

namespace {

using explore::check;
using explore::options;
using explore::report;
using explore::strategy;
using explore::verdict;

void no_memory() {}

// A variable of the library's that no code of the program's can write.
void set_handler_once() {
  assert(std::get_new_handler() == nullptr);
  std::set_new_handler(no_memory);
  assert(std::get_new_handler() == no_memory);
}

// In the first execution main comes first, and nothing is set.
void set_handler_if_last() {
  assert(std::get_new_handler() == nullptr);
  std::atomic<int> came{0};
  const auto come = [&] { ++came; };
  std::thread first(come);
  std::thread second(come);
  if (came.fetch_add(1) == 2) set_handler_once();
  first.join();
  second.join();
}

void set_handler_in_two_threads() {
  std::atomic<int> came{0};
  std::thread other([&] {
    if (came.fetch_add(1) == 0) set_handler_once();
  });
  if (came.fetch_add(1) == 0) set_handler_once();
  other.join();
}

void block_all_signals_of_thread() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

void block_all_signals_of_process() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
}

void told_of_fault(int) { _exit(3); }

void ask_for_faults_by_action() {
  struct sigaction action {};
  action.sa_handler = told_of_fault;
  sigaction(SIGSEGV, &action, nullptr);
}

void ask_for_faults_by_signal() { signal(SIGSEGV, told_of_fault); }

report explored(void (*program)(), strategy by = strategy::exhaustive) {
  options how;
  how.name = "library_state";
  how.jobs = 1;  // so that each execution follows another one
  how.search = by;
  return check(program, how);
}

void expect_all(void (*program)(), unsigned executions) {
  const report found = explored(program);
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_TRUE(found.complete) << found;
  EXPECT_EQ(found.executions, executions) << found;
}

}  // namespace

TEST(LibraryState, IsPutBackAfterEachExecution) { expect_all(set_handler_in_two_threads, 2); }

TEST(LibraryState, IsPutBackWhereALaterExecutionIsTheFirstToChangeIt) { expect_all(set_handler_if_last, 6); }

TEST(LibraryState, IsPutBackWhereThreadsAreTheSystems) {
  ::setenv("QUIESCE_EXPLORE_BY_THREADS", "1", 1);
  expect_all(set_handler_if_last, 6);
  ::unsetenv("QUIESCE_EXPLORE_BY_THREADS");
}

TEST(LibraryState, AFaultThatTellsOfAChangeHidesNoLeak) {
  const report found = explored([] {
    int* made = new int(1);
    asm volatile("" : "+b"(made));  // in a register, at the time of the fault
    std::set_new_handler(no_memory);
    asm volatile("" : "+b"(made));
    made = nullptr;
    asm volatile("" : : "b"(made));
  });
  EXPECT_EQ(found.kind, verdict::leak) << found;
}

TEST(LibraryState, ChangesWhileSignalsAreBlocked) {
  expect_all(
      [] {
        block_all_signals_of_thread();
        set_handler_in_two_threads();
      },
      2);
  expect_all(
      [] {
        block_all_signals_of_process();
        set_handler_in_two_threads();
      },
      2);
}

TEST(LibraryState, ChangesAreNoFaultsThatTheProgramIsToldOf) {
  expect_all(
      [] {
        ask_for_faults_by_action();
        set_handler_in_two_threads();
      },
      2);
  expect_all(
      [] {
        ask_for_faults_by_signal();
        set_handler_in_two_threads();
      },
      2);
}
