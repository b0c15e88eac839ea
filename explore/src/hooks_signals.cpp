/// Signals. None of the program's arrives in an execution, but those of its own crashes.
#include <signal.h>

#include "hooks.hpp"

namespace explore {
namespace {

EXPLORE_OWN constinit next_definition<int(int, const struct sigaction*, struct sigaction*)> real_action{"sigaction"};
EXPLORE_OWN constinit next_definition<sighandler_t(int, sighandler_t)> real_signal{"signal"};
EXPLORE_OWN constinit next_definition<int(int, const sigset_t*, sigset_t*)> real_thread_mask{"pthread_sigmask"};
EXPLORE_OWN constinit next_definition<int(int, const sigset_t*, sigset_t*)> real_process_mask{"sigprocmask"};

// A mask makes no difference. If it did, it would stay for the executions to come, and a crash go unreported.
int change_no_mask(sigset_t* before) noexcept {
  if (before != nullptr) fill_bytes(before, 0, sizeof *before);
  return 0;
}

// Whoever wants to be told of faults must not be told of those that are the explorer's.
void leave_faults_to_program(int signal) noexcept {
  if (signal == SIGSEGV && is_explored()) active->guard_no_globals();
}

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) {
  return is_explored() ? change_no_mask(before) : real_thread_mask.get()(how, set, before);
}

int sigprocmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  return is_explored() ? change_no_mask(before) : real_process_mask.get()(how, set, before);
}

int sigaction(int signal, const struct sigaction* now, struct sigaction* before) noexcept {
  if (now != nullptr) leave_faults_to_program(signal);
  return real_action.get()(signal, now, before);
}

sighandler_t signal(int signal, sighandler_t handler) noexcept {
  leave_faults_to_program(signal);
  return real_signal.get()(signal, handler);
}

}  // extern "C"
