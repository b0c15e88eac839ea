/// Signals. None of the program's arrives in an execution, but those of its own crashes, and of pipes without a reader.
#include <signal.h>
#include <sys/syscall.h>

#include <cerrno>
#include <limits>

#include "broken_pipe.hpp"
#include "hooks.hpp"

namespace explore {
namespace {

EXPLORE_OWN constinit next_definition<int(int, const struct sigaction*, struct sigaction*)> real_action{"sigaction"};
EXPLORE_OWN constinit next_definition<sighandler_t(int, sighandler_t)> real_signal{"signal"};
EXPLORE_OWN constinit next_definition<int(const stack_t*, stack_t*)> real_stack{"sigaltstack"};
EXPLORE_OWN constinit next_definition<int(int, const sigset_t*, sigset_t*)> real_thread_mask{"pthread_sigmask"};
EXPLORE_OWN constinit next_definition<int(int, const sigset_t*, sigset_t*)> real_process_mask{"sigprocmask"};

constexpr std::size_t smallest_stack = 2048;  // MINSIGSTKSZ, which is no constant any more

bool is_in_execution() noexcept { return active != nullptr && active->is_in_execution(); }

// Of the thread, as the program sees it. The system's would stay for the executions to come, and a crash go unreported.
int change_mask(int how, const sigset_t* set, sigset_t* before, signal_function by, std::uintptr_t pc) noexcept {
  std::uint64_t& blocked = active->self().blocked;
  const std::uint64_t was = blocked;
  if (set != nullptr) {
    touch_by_call(set, sizeof blocked, touch::read, pc);
    const std::uint64_t given = signals_in(*set);
    switch (how) {
      case SIG_BLOCK: blocked |= given; break;
      case SIG_UNBLOCK: blocked &= ~given; break;
      case SIG_SETMASK: blocked = given; break;
      default: return EINVAL;
    }
    // The system's is another one within a handler, and after it was left by longjmp().
    if ((blocked & crash_signals) != crash_signals && active->signals().may_handle_crashes()) unblock_crashes();
    meet_broken_pipe(blocked, by, pc);
  }
  if (before != nullptr) {
    touch_by_call(before, sizeof was, touch::write, pc);
    fill_bytes(before, 0, sizeof *before);
    copy_bytes(before, &was, sizeof was);
  }
  return 0;
}

// Two are libc's own.
constexpr bool has_action(int signal) noexcept { return signal > 0 && signal <= 64 && signal != 32 && signal != 33; }
constexpr bool may_change(int signal) noexcept { return has_action(signal) && signal != SIGKILL && signal != SIGSTOP; }

void keep_action_of(int signal) noexcept {
  struct sigaction now {};
  real_action.get()(signal, nullptr, &now);
  active->signals().keep(signal, now);
}

// A handler might be told of a fault that is the explorer's, or keep one from it by its mask.
void end_guard_for(int signal, const sigset_t& mask) noexcept {
  if (is_crash(signal) || sigismember(&mask, SIGSEGV) == 1) active->guard_no_globals();
}

int ask_for_action(int signal, struct sigaction* now) noexcept {
  const int result = real_action.get()(signal, nullptr, now);
  if (now != nullptr && active->signals().wants_stack(signal)) now->sa_flags |= SA_ONSTACK;
  return result;
}

// A stack for handlers is no stack for steps: another thread's handler would begin at its top, too. But what was there before
// the execution is the explorer's own, and may be put back by the program.
int change_action(int signal, const struct sigaction& given, struct sigaction* before) noexcept {
  signal_actions& kept = active->signals();
  const bool wanted_stack = kept.wants_stack(signal);
  int result = 0;
  const struct sigaction* const first = is_crash(signal) ? kept.first_with(signal, given.sa_handler) : nullptr;
  if (first != nullptr) {
    kept.want_stack(signal, false);
    result = real_action.get()(signal, first, before);
  } else {
    struct sigaction set = given;
    set.sa_flags &= ~SA_ONSTACK;
    end_guard_for(signal, set.sa_mask);
    kept.want_stack(signal, (given.sa_flags & SA_ONSTACK) != 0);
    result = real_action.get()(signal, &set, before);
  }
  if (before != nullptr && wanted_stack) before->sa_flags |= SA_ONSTACK;
  if (signal == SIGPIPE && given.sa_handler == SIG_IGN) forget_broken_pipes();
  return result;
}

int change_stack(const stack_t* now, stack_t* before) noexcept {
  stack_t& stack = active->self().handler_stack;
  const stack_t was = stack;
  if (now != nullptr) {
    constexpr int disarms_itself = std::numeric_limits<int>::min();  // SS_AUTODISARM: no handler runs there
    const int mode = now->ss_flags & ~disarms_itself;
    if (mode != 0 && mode != SS_DISABLE && mode != SS_ONSTACK) return EINVAL;
    if (mode != SS_DISABLE && now->ss_size < smallest_stack) return ENOMEM;
    stack = *now;
    if (mode == SS_DISABLE) stack = {.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
    if (mode == SS_ONSTACK) stack.ss_flags &= ~SS_ONSTACK;
  }
  if (before != nullptr) *before = was;
  return 0;
}

// As a function of libc says it.
int said(int error) noexcept {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

}  // namespace

std::uint64_t signals_in(const sigset_t& mask) noexcept {
  constexpr int first_of_libc = 32;
  constexpr std::uint64_t never =
      std::uint64_t{1} << (SIGKILL - 1) | std::uint64_t{1} << (SIGSTOP - 1) | std::uint64_t{3} << (first_of_libc - 1);
  std::uint64_t given = 0;
  copy_bytes(&given, &mask, sizeof given);
  return given & ~never;
}

}  // namespace explore

using namespace explore;

extern "C" {

int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) {
  if (!explore::is_in_execution()) return real_thread_mask.get()(how, set, before);
  return change_mask(how, set, before, signal_function::pthread_sigmask, EXPLORE_CALLED_AT);
}

int sigprocmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  if (!explore::is_in_execution()) return real_process_mask.get()(how, set, before);
  return said(change_mask(how, set, before, signal_function::sigprocmask, EXPLORE_CALLED_AT));
}

int sigaction(int signal, const struct sigaction* now, struct sigaction* before) noexcept {
  const bool is_modelled = now == nullptr ? has_action(signal) : may_change(signal);
  if (!explore::is_in_execution() || !is_modelled) return real_action.get()(signal, now, before);
  struct sigaction given {};
  if (now != nullptr) {
    touch_by_call(now, sizeof *now, touch::read, EXPLORE_CALLED_AT);
    given = *now;
  }
  const access_mode mode = now == nullptr ? access_mode::read : access_mode::write;
  step_on_action(signal, mode, signal_function::sigaction, EXPLORE_CALLED_AT);
  if (before != nullptr) touch_by_call(before, sizeof *before, touch::write, EXPLORE_CALLED_AT);
  if (now == nullptr) return ask_for_action(signal, before);
  keep_action_of(signal);
  return change_action(signal, given, before);
}

sighandler_t signal(int signal, sighandler_t handler) noexcept {
  const bool is_modelled = may_change(signal) && handler != SIG_ERR;
  if (!explore::is_in_execution() || !is_modelled) return real_signal.get()(signal, handler);
  step_on_action(signal, access_mode::write, signal_function::signal, EXPLORE_CALLED_AT);
  keep_action_of(signal);
  struct sigaction now {};
  struct sigaction before {};
  now.sa_handler = handler;
  now.sa_flags = SA_RESTART;
  sigaddset(&now.sa_mask, signal);
  return change_action(signal, now, &before) == 0 ? before.sa_handler : SIG_ERR;
}

int sigaltstack(const stack_t* now, stack_t* before) noexcept {
  return explore::is_in_execution() ? said(change_stack(now, before)) : real_stack.get()(now, before);
}

}  // extern "C"
