/// Signals. None of the program's arrives in an execution, but those of its own crashes.
#include <signal.h>
#include <sys/syscall.h>

#include <cerrno>

#include "hooks.hpp"

namespace explore {
namespace {

EXPLORE_OWN constinit next_definition<int(int, const struct sigaction*, struct sigaction*)> real_action{"sigaction"};
EXPLORE_OWN constinit next_definition<sighandler_t(int, sighandler_t)> real_signal{"signal"};
EXPLORE_OWN constinit next_definition<int(const stack_t*, stack_t*)> real_stack{"sigaltstack"};
EXPLORE_OWN constinit next_definition<int(int, const sigset_t*, sigset_t*)> real_thread_mask{"pthread_sigmask"};
EXPLORE_OWN constinit next_definition<int(int, const sigset_t*, sigset_t*)> real_process_mask{"sigprocmask"};

bool is_in_execution() noexcept { return active != nullptr && active->is_in_execution(); }

// Of the thread, as the program sees it. The system's would stay for the executions to come, and a crash go unreported.
int change_mask(int how, const sigset_t* set, sigset_t* before) noexcept {
  std::uint64_t& blocked = active->self().blocked;
  const std::uint64_t was = blocked;
  if (set != nullptr) {
    constexpr int first_of_libc = 32;
    constexpr std::uint64_t never =
        std::uint64_t{1} << (SIGKILL - 1) | std::uint64_t{1} << (SIGSTOP - 1) | std::uint64_t{3} << (first_of_libc - 1);
    std::uint64_t given = 0;
    copy_bytes(&given, set, sizeof given);
    given &= ~never;
    switch (how) {
      case SIG_BLOCK: blocked |= given; break;
      case SIG_UNBLOCK: blocked &= ~given; break;
      case SIG_SETMASK: blocked = given; break;
      default: return EINVAL;
    }
  }
  if (before != nullptr) {
    fill_bytes(before, 0, sizeof *before);
    copy_bytes(before, &was, sizeof was);
  }
  return 0;
}

// A handler might be told of a fault that is the explorer's, or keep one from it by its mask.
void before_action_of(int signal) noexcept {
  if (!is_in_execution()) return;
  struct sigaction now {};
  if (real_action.get()(signal, nullptr, &now) != 0) return;
  active->guard_no_globals();
  active->signals().keep(signal, now);
}

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) {
  return explore::is_in_execution() ? change_mask(how, set, before) : real_thread_mask.get()(how, set, before);
}

int sigprocmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  if (!explore::is_in_execution()) return real_process_mask.get()(how, set, before);
  const int error = change_mask(how, set, before);
  if (error == 0) return 0;
  errno = error;
  return -1;
}

int sigaction(int signal, const struct sigaction* now, struct sigaction* before) noexcept {
  if (now != nullptr) before_action_of(signal);
  return real_action.get()(signal, now, before);
}

sighandler_t signal(int signal, sighandler_t handler) noexcept {
  before_action_of(signal);
  return real_signal.get()(signal, handler);
}

int sigaltstack(const stack_t* now, stack_t* before) noexcept {
  if (now != nullptr && explore::is_in_execution()) {
    active->guard_no_globals();  // or the kernel would write there at a fault that is the explorer's
    active->signals().keep_stack();
  }
  return real_stack.get()(now, before);
}

}  // extern "C"
