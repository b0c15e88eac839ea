#include "signal_actions.hpp"

#include <sys/syscall.h>

#include "real.hpp"

namespace explore {

void unblock_crashes() noexcept {
  kernel(SYS_rt_sigprocmask, SIG_UNBLOCK, argument(&crash_signals), 0, sizeof crash_signals);
}

void signal_actions::keep(int signal, const struct sigaction& first) noexcept {
  const std::uint64_t bit = std::uint64_t{1} << (signal - 1);
  if ((changed_ & bit) != 0) return;
  changed_ |= bit;
  first_[signal - 1] = first;
}

const struct sigaction* signal_actions::first_with(int signal, void (*handler)(int)) const noexcept {
  if ((changed_ >> (signal - 1) & 1U) == 0) return nullptr;
  const struct sigaction& first = first_[signal - 1];
  return first.sa_handler == handler ? &first : nullptr;
}

void signal_actions::want_stack(int signal, bool wanted) noexcept {
  const std::uint64_t bit = std::uint64_t{1} << (signal - 1);
  wants_stack_ = wanted ? wants_stack_ | bit : wants_stack_ & ~bit;
}

// Not in an execution: sigaction() is the system's.
void signal_actions::put_back() noexcept {
  if (may_handle_crashes()) unblock_crashes();  // a handler may have been left for good
  for (; changed_ != 0; changed_ &= changed_ - 1) {
    const int index = __builtin_ctzll(changed_);
    ::sigaction(index + 1, &first_[index], nullptr);
  }
  wants_stack_ = 0;
}

}  // namespace explore
