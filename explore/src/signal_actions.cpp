#include "signal_actions.hpp"

#include <sys/syscall.h>

#include <initializer_list>

#include "real.hpp"

namespace explore {

void unblock_crashes() noexcept {
  std::uint64_t crashes = 0;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) crashes |= std::uint64_t{1} << (signal - 1);
  kernel(SYS_rt_sigprocmask, SIG_UNBLOCK, argument(&crashes), 0, sizeof crashes);
}

void signal_actions::keep(int signal, const struct sigaction& first) noexcept {
  const std::uint64_t bit = std::uint64_t{1} << (signal - 1);
  if ((changed_ & bit) != 0) return;
  changed_ |= bit;
  first_[signal - 1] = first;
}

void signal_actions::keep_stack() noexcept {
  if (has_stack_) return;
  has_stack_ = kernel(SYS_sigaltstack, 0, argument(&stack_)) == 0;
}

// Not in an execution: sigaction() is the system's.
void signal_actions::put_back() noexcept {
  if (changed_ != 0) unblock_crashes();  // a handler may have been left for good
  for (; changed_ != 0; changed_ &= changed_ - 1) {
    const int index = __builtin_ctzll(changed_);
    ::sigaction(index + 1, &first_[index], nullptr);
  }
  if (has_stack_) kernel(SYS_sigaltstack, argument(&stack_));
  has_stack_ = false;
}

}  // namespace explore
