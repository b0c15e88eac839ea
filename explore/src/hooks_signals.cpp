/// Signals. None of the program's arrives in an execution, but those of its own crashes, and of pipes without a reader.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "hooks.hpp"

namespace explore {
namespace {

EXPLORE_OWN constinit next_definition<int(int, const struct sigaction*, struct sigaction*)> real_action{"sigaction"};
EXPLORE_OWN constinit next_definition<sighandler_t(int, sighandler_t)> real_signal{"signal"};
EXPLORE_OWN constinit next_definition<int(const stack_t*, stack_t*)> real_stack{"sigaltstack"};
EXPLORE_OWN constinit next_definition<int(int, const sigset_t*, sigset_t*)> real_thread_mask{"pthread_sigmask"};
EXPLORE_OWN constinit next_definition<int(int, const sigset_t*, sigset_t*)> real_process_mask{"sigprocmask"};
EXPLORE_OWN constinit next_definition<int(sigset_t*)> real_pending{"sigpending"};
EXPLORE_OWN constinit next_definition<int(const sigset_t*, siginfo_t*, const timespec*)> real_timed_wait{
    "sigtimedwait"};

constexpr std::size_t smallest_stack = 2048;  // MINSIGSTKSZ, which is no constant any more

bool is_in_execution() noexcept { return active != nullptr && active->is_in_execution(); }

bool is_blocked(int signal) noexcept { return (active->self().blocked >> (signal - 1) & 1U) != 0; }

void take_broken_pipe(const char* what_happened) noexcept {
  struct sigaction now {};
  real_action.get()(SIGPIPE, nullptr, &now);
  if (now.sa_handler == SIG_IGN) return;
  if (now.sa_handler != SIG_DFL) active->fail(verdict::not_modelled, "SIGPIPE would call a handler of the program's");
  active->fail(verdict::died_by_signal, "SIGPIPE: %s", what_happened);
}

// Of the thread, as the program sees it. The system's would stay for the executions to come, and a crash go unreported.
int change_mask(int how, const sigset_t* set, sigset_t* before, std::uintptr_t pc) noexcept {
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
    // The system's is another one within a handler, and after it was left by longjmp().
    if ((blocked & crash_signals) != crash_signals && active->signals().may_handle_crashes()) unblock_crashes();
    if (active->self().broken_pipe && !is_blocked(SIGPIPE)) {
      active->self().broken_pipe = false;
      active->self().pending.pc = pc;
      take_broken_pipe("blocked when the thread wrote to a pipe without a reader, and not any more");
    }
  }
  if (before != nullptr) {
    fill_bytes(before, 0, sizeof *before);
    copy_bytes(before, &was, sizeof was);
  }
  return 0;
}

// False: there is no such signal.
bool keep_action_of(int signal) noexcept {
  struct sigaction now {};
  if (real_action.get()(signal, nullptr, &now) != 0) return false;
  active->signals().keep(signal, now);
  return true;
}

// A handler might be told of a fault that is the explorer's, or keep one from it by its mask.
void end_guard_for(int signal, const sigset_t& mask) noexcept {
  if (is_crash(signal) || sigismember(&mask, SIGSEGV) == 1) active->guard_no_globals();
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
  if (signal == SIGPIPE && given.sa_handler == SIG_IGN) {
    for (unsigned i = 0; i < active->threads(); ++i) active->thread(i).broken_pipe = false;
  }
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

// Without a wait: none would end.
int take_pending(const sigset_t* set, siginfo_t* about) noexcept {
  bool& is_there = active->self().broken_pipe;
  if (!is_there || sigismember(set, SIGPIPE) != 1) {
    errno = EAGAIN;
    return -1;
  }
  is_there = false;
  if (about != nullptr) {
    fill_bytes(about, 0, sizeof *about);
    about->si_signo = SIGPIPE;
    about->si_pid = getpid();
    about->si_uid = getuid();
  }
  return SIGPIPE;
}

// As a function of libc says it.
int said(int error) noexcept {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

}  // namespace

void raise_broken_pipe() noexcept {
  if (is_blocked(SIGPIPE)) {
    active->self().broken_pipe = true;
  } else {
    take_broken_pipe("the other end of the pipe is closed");
  }
}

}  // namespace explore

using namespace explore;

extern "C" {

int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) {
  return explore::is_in_execution() ? change_mask(how, set, before, EXPLORE_CALLED_AT)
                                    : real_thread_mask.get()(how, set, before);
}

int sigprocmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  if (!explore::is_in_execution()) return real_process_mask.get()(how, set, before);
  return said(change_mask(how, set, before, EXPLORE_CALLED_AT));
}

int sigaction(int signal, const struct sigaction* now, struct sigaction* before) noexcept {
  if (!explore::is_in_execution() || now == nullptr || !keep_action_of(signal)) {
    return real_action.get()(signal, now, before);
  }
  return change_action(signal, *now, before);
}

sighandler_t signal(int signal, sighandler_t handler) noexcept {
  if (!explore::is_in_execution() || !keep_action_of(signal)) return real_signal.get()(signal, handler);
  struct sigaction now {};
  struct sigaction before {};
  now.sa_handler = handler;
  now.sa_flags = SA_RESTART;
  return change_action(signal, now, &before) == 0 ? before.sa_handler : SIG_ERR;
}

int sigpending(sigset_t* set) noexcept {
  if (!explore::is_in_execution()) return real_pending.get()(set);
  fill_bytes(set, 0, sizeof *set);
  return active->self().broken_pipe ? sigaddset(set, SIGPIPE) : 0;
}

int sigtimedwait(const sigset_t* set, siginfo_t* about, const timespec* limit) {
  if (!explore::is_in_execution()) return real_timed_wait.get()(set, about, limit);
  const int taken = take_pending(set, about);
  const bool waits = limit == nullptr || limit->tv_sec != 0 || limit->tv_nsec != 0;
  if (taken < 0 && waits) refuse("sigtimedwait()", EXPLORE_CALLED_AT);
  return taken;
}

int sigaltstack(const stack_t* now, stack_t* before) noexcept {
  return explore::is_in_execution() ? said(change_stack(now, before)) : real_stack.get()(now, before);
}

}  // extern "C"
