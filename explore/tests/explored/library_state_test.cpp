// Variables of the C++ library begin as they were in each execution, whatever the program does with signals.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
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

// The handler is set in some of the executions only, by whoever comes last.
void set_handler_in_one_order() {
  assert(std::get_new_handler() == nullptr);
  std::atomic<int> came{0};
  std::thread other([&] {
    if (came.fetch_add(1) == 1) set_handler_once();
  });
  came.fetch_add(1);
  other.join();
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

void dereference_nothing() {
  volatile int* volatile nothing = nullptr;
  *nothing = 1;
}

report explored(void (*program)(), strategy by = strategy::exhaustive) {
  options how;
  how.name = "library_state";
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

TEST(LibraryState, IsPutBackAfterTheFirstExecutionThatChangesItToo) { expect_all(set_handler_in_one_order, 2); }

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

TEST(LibraryState, ACrashIsReportedThoughItsSignalIsBlocked) {
  const report by_program = explored([] {
    block_all_signals_of_process();
    dereference_nothing();
  });
  EXPECT_EQ(by_program.kind, verdict::died_by_signal) << by_program;
  EXPECT_NE(by_program.text.find("SIGSEGV, address 0"), std::string::npos) << by_program;

  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const report by_caller = explored(dereference_nothing);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(by_caller.kind, verdict::died_by_signal) << by_caller;
  EXPECT_NE(by_caller.text.find("SIGSEGV, address 0"), std::string::npos) << by_caller;
}

TEST(LibraryState, AMaskThatIsAskedForIsEmpty) {
  const report found = explored([] {
    block_all_signals_of_process();
    sigset_t now;
    sigfillset(&now);
    sigprocmask(SIG_BLOCK, nullptr, &now);
    assert(sigismember(&now, SIGTERM) == 0);
  });
  EXPECT_TRUE(found.passed()) << found;
}
