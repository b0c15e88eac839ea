/// The ends of the process, failed assertions, and what cannot be explored.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "hooks.hpp"

namespace explore {

void refuse(const char* what, std::uintptr_t pc) noexcept {
  active->self().pending.pc = pc;
  active->fail(verdict::not_modelled, "the program uses %s, which cannot be explored", what);
}

namespace {

EXPLORE_OWN constinit next_definition<void()> real_abort{"abort"};
EXPLORE_OWN constinit next_definition<void(int)> real_exit{"exit"};
EXPLORE_OWN constinit next_definition<void(int)> real_quick_exit{"quick_exit"};
EXPLORE_OWN constinit next_definition<void(int)> real_exit_now{"_exit"};
EXPLORE_OWN constinit next_definition<void(const char*, const char*, unsigned, const char*)> real_assert_fail{
    "__assert_fail"};
EXPLORE_OWN constinit next_definition<int(int)> real_raise{"raise"};
EXPLORE_OWN constinit next_definition<long()> real_random{"random"};
EXPLORE_OWN constinit next_definition<void(unsigned)> real_srandom{"srandom"};
EXPLORE_OWN constinit next_definition<pid_t()> real_fork{"fork"};

[[noreturn]] void end_process(int status, std::uintptr_t pc, bool runs_actions) noexcept {
  engine& in = *active;
  in.self().pending.pc = pc;
  if (status != 0) in.fail(verdict::failed_exit, "the program ended with status %d", status);
  in.leaves_early();
  if (runs_actions) in.run_process_exit();
  if (in.current() != 0) in.exit_process();
  in.end_thread(nullptr);
}

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

void __assert_fail(const char* expression, const char* file, unsigned line, const char* function) noexcept {
  if (is_explored()) {
    active->self().pending.pc = EXPLORE_CALLED_AT;
    active->fail(verdict::failed_assertion, "%s:%u: %s: assertion `%s' failed", file, line, function, expression);
  }
  real_assert_fail.get()(expression, file, line, function);
  __builtin_unreachable();
}

void abort() noexcept {
  if (is_explored()) {
    active->self().pending.pc = EXPLORE_CALLED_AT;
    active->fail(verdict::failed_assertion, "abort() was called");
  }
  real_abort.get()();
  __builtin_unreachable();
}

void exit(int status) noexcept {
  if (is_explored()) end_process(status, EXPLORE_CALLED_AT, true);
  real_exit.get()(status);
  __builtin_unreachable();
}

void quick_exit(int status) noexcept {
  if (is_explored()) end_process(status, EXPLORE_CALLED_AT, false);
  real_quick_exit.get()(status);
  __builtin_unreachable();
}

void _exit(int status) {
  if (is_explored()) end_process(status, EXPLORE_CALLED_AT, false);
  real_exit_now.get()(status);
  __builtin_unreachable();
}

void _Exit(int status) noexcept { _exit(status); }

int raise(int signal) noexcept {
  if (is_explored()) refuse("raise()", EXPLORE_CALLED_AT);
  return real_raise.get()(signal);
}

// The generator begins each execution with the seed that it has without srand().
int rand() noexcept {
  if (is_explored()) active->uses_random();
  return static_cast<int>(real_random.get()());
}
long random() noexcept {
  if (is_explored()) active->uses_random();
  return real_random.get()();
}
void srandom(unsigned seed) noexcept {
  if (is_explored()) active->uses_random();
  real_srandom.get()(seed);
}
void srand(unsigned seed) noexcept { srandom(seed); }

pid_t fork() noexcept {
  if (is_explored()) refuse("fork()", EXPLORE_CALLED_AT);
  return real_fork.get()();
}

}  // extern "C"
