#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "broken_pipe.hpp"
#include "hooks.hpp"

namespace explore {
namespace {

EXPLORE_OWN constinit next_definition<int(int, const struct sigaction*, struct sigaction*)> real_action{"sigaction"};
EXPLORE_OWN constinit next_definition<int(sigset_t*)> real_pending{"sigpending"};
EXPLORE_OWN constinit next_definition<int(const sigset_t*, int*)> real_wait{"sigwait"};
EXPLORE_OWN constinit next_definition<int(const sigset_t*, siginfo_t*)> real_wait_info{"sigwaitinfo"};
EXPLORE_OWN constinit next_definition<int(const sigset_t*, siginfo_t*, const timespec*)> real_timed_wait{
    "sigtimedwait"};

// Addresses at which nothing lies.
constexpr std::uintptr_t first_action = 0x1200;

constexpr std::uint64_t signal_bit = std::uint64_t{1} << (SIGPIPE - 1);
constexpr std::size_t mask_bytes = sizeof signal_bit;  // what the system reads and writes of a sigset_t

// Not blocked.
void take_broken_pipe(const char* what_happened) noexcept {
  struct sigaction now {};
  real_action.get()(SIGPIPE, nullptr, &now);
  if (now.sa_handler == SIG_IGN) return;
  if (now.sa_handler != SIG_DFL) active->fail(verdict::not_modelled, "SIGPIPE would call a handler of the program's");
  active->fail(verdict::died_by_signal, "SIGPIPE: %s", what_happened);
}

// False: SIGPIPE does not wait, or not for this call.
bool take_waiting(const sigset_t* set, signal_function by, std::uintptr_t pc) noexcept {
  touch_by_call(set, mask_bytes, touch::read, pc);
  if (sigismember(set, SIGPIPE) != 1) return false;
  step_on_action(SIGPIPE, access_mode::read, by, pc);
  logical_thread& self = active->self();
  const bool was_there = self.broken_pipe_waits;
  if (was_there) {
    self.had_broken_pipe = self.broken_pipe_waits = false;
    active->acts();
  }
  return was_there;
}

void describe(siginfo_t* about, std::uintptr_t pc) noexcept {
  if (about == nullptr) return;
  touch_by_call(about, sizeof *about, touch::write, pc);
  fill_bytes(about, 0, sizeof *about);
  about->si_signo = SIGPIPE;
  about->si_pid = getpid();
  about->si_uid = getuid();
}

int refused(int error) noexcept {
  errno = error;
  return -1;
}

}  // namespace

std::uint32_t action_object(int signal) noexcept {
  return active->object_at(first_action + static_cast<unsigned>(signal));
}

void step_on_action(int signal, access_mode mode, signal_function by, std::uintptr_t pc) noexcept {
  engine& in = *active;
  if (!in.is_running()) return;
  operation step = step_of(op::signal_action, nullptr, pc);
  step.size = static_cast<std::uint8_t>(by);
  const std::uint32_t object = action_object(signal);
  step.touches(object, mode);
  if (mode == access_mode::read) {
    if (!in.announce_read(step, object)) return;
  } else {
    in.announce(step);
  }
  in.make(step)->after = static_cast<unsigned>(signal);
  if (mode == access_mode::read) {
    in.saw(pc, object);
  } else {
    in.changed(object);
  }
}

void raise_broken_pipe() noexcept {
  logical_thread& self = active->self();
  if ((self.blocked & signal_bit) != 0) {
    if (!self.broken_pipe_waits) active->acts();  // what the thread asks for now is new
    self.had_broken_pipe = self.broken_pipe_waits = true;
  } else {
    take_broken_pipe("the other end of the pipe is closed");
  }
}

held_broken_pipe::held_broken_pipe() noexcept {
  kernel(SYS_rt_sigprocmask, SIG_BLOCK, argument(&signal_bit), argument(&blocked_before_), mask_bytes);
  static_cast<void>(take());
}

held_broken_pipe::~held_broken_pipe() {
  kernel(SYS_rt_sigprocmask, SIG_SETMASK, argument(&blocked_before_), 0, mask_bytes);
}

bool held_broken_pipe::take() const noexcept {
  constexpr timespec at_once{};
  return kernel(SYS_rt_sigtimedwait, argument(&signal_bit), 0, argument(&at_once), mask_bytes) == SIGPIPE;
}

bool meet_broken_pipe(std::uint64_t blocked, signal_function by, std::uintptr_t pc) noexcept {
  logical_thread& self = active->self();
  if (!self.had_broken_pipe || (blocked & signal_bit) != 0) return false;
  self.had_broken_pipe = false;
  step_on_action(SIGPIPE, access_mode::read, by, pc);  // it may be taken away before
  if (!self.broken_pipe_waits) return false;
  self.broken_pipe_waits = false;
  active->acts();
  self.pending.pc = pc;
  take_broken_pipe("it was blocked when the thread wrote to a pipe without a reader, and is not any more");
  return true;
}

bool lets_broken_pipe_in(const sigset_t* mask, std::uintptr_t pc) noexcept {
  if (mask == nullptr) return false;
  touch_by_call(mask, mask_bytes, touch::read, pc);
  return active->self().had_broken_pipe && sigismember(mask, SIGPIPE) == 0;
}

void forget_broken_pipes() noexcept {
  for (unsigned i = 0; i < active->threads(); ++i) active->thread(i).broken_pipe_waits = false;
}

}  // namespace explore

using namespace explore;

extern "C" {

// Weak: a program may well have a function of its own with such a name.

[[gnu::weak]] int sigpending(sigset_t* set) noexcept {
  if (!is_explored()) return real_pending.get()(set);
  step_on_action(SIGPIPE, access_mode::read, signal_function::sigpending, EXPLORE_CALLED_AT);
  touch_by_call(set, mask_bytes, touch::write, EXPLORE_CALLED_AT);
  fill_bytes(set, 0, sizeof *set);
  return active->self().broken_pipe_waits ? sigaddset(set, SIGPIPE) : 0;
}

[[gnu::weak]] int sigtimedwait(const sigset_t* set, siginfo_t* about, const timespec* limit) {
  if (!is_explored()) return real_timed_wait.get()(set, about, limit);
  if (limit != nullptr && (!is_time(*limit) || limit->tv_sec < 0)) return refused(EINVAL);
  if (take_waiting(set, signal_function::sigtimedwait, EXPLORE_CALLED_AT))
    return describe(about, EXPLORE_CALLED_AT), SIGPIPE;
  // No other signal comes.
  if (limit == nullptr || limit->tv_sec != 0 || limit->tv_nsec != 0) refuse("sigtimedwait()", EXPLORE_CALLED_AT);
  return refused(EAGAIN);
}

[[gnu::weak]] int sigwaitinfo(const sigset_t* set, siginfo_t* about) {
  if (!is_explored()) return real_wait_info.get()(set, about);
  if (!take_waiting(set, signal_function::sigwaitinfo, EXPLORE_CALLED_AT)) refuse("sigwaitinfo()", EXPLORE_CALLED_AT);
  return describe(about, EXPLORE_CALLED_AT), SIGPIPE;
}

[[gnu::weak]] int sigwait(const sigset_t* set, int* signal) {
  if (!is_explored()) return real_wait.get()(set, signal);
  if (!take_waiting(set, signal_function::sigwait, EXPLORE_CALLED_AT)) refuse("sigwait()", EXPLORE_CALLED_AT);
  touch_by_call(signal, sizeof *signal, touch::write, EXPLORE_CALLED_AT);
  *signal = SIGPIPE;
  return 0;
}

}  // extern "C"
