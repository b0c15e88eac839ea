/// What the program has changed of the process's signals, to be put back before the next execution.
#pragma once

#include <signal.h>

#include <cstdint>

namespace explore {

/// Signals that a crash raises, a bit each.
inline constexpr std::uint64_t crash_signals = std::uint64_t{1} << (SIGSEGV - 1) | std::uint64_t{1} << (SIGBUS - 1) |
                                               std::uint64_t{1} << (SIGFPE - 1) | std::uint64_t{1} << (SIGILL - 1);
constexpr bool is_crash(int signal) noexcept { return (crash_signals >> (signal - 1) & 1U) != 0; }

/// A thread that blocks one of them ends without a report.
void unblock_crashes() noexcept;

class signal_actions {
 public:
  /// What a signal's action was before it is changed; only the first time in an execution it counts.
  void keep(int signal, const struct sigaction& first) noexcept;
  void put_back() noexcept;
  /// What has been kept, if it has this handler; else null.
  const struct sigaction* first_with(int signal, void (*handler)(int)) const noexcept;
  /// The program's action is to run on another stack, and does not.
  void want_stack(int signal, bool wanted) noexcept;
  bool wants_stack(int signal) const noexcept { return (wants_stack_ >> (signal - 1) & 1U) != 0; }
  /// Whether a handler of the program's may run in this execution.
  bool may_handle_crashes() const noexcept { return (changed_ & crash_signals) != 0; }

 private:
  std::uint64_t changed_ = 0;  // a bit each
  std::uint64_t wants_stack_ = 0;
  struct sigaction first_[64];
};

}  // namespace explore
