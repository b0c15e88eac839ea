/// What the program has changed of the process's signals, to be put back before the next execution.
#pragma once

#include <signal.h>

#include <cstdint>

namespace explore {

/// Of those that a crash raises: a thread that blocks one ends without a report.
void unblock_crashes() noexcept;

class signal_actions {
 public:
  /// What a signal's action was before it is changed; only the first time in an execution it counts.
  void keep(int signal, const struct sigaction& first) noexcept;
  /// The same for the stack on which handlers run.
  void keep_stack() noexcept;
  void put_back() noexcept;

 private:
  std::uint64_t changed_ = 0;  // a bit each
  struct sigaction first_[64];
  bool has_stack_ = false;
  stack_t stack_;
};

}  // namespace explore
