/// SIGPIPE, the one signal that comes to a thread in an execution though nothing crashes; and the steps by which threads
/// learn of what others do to the actions of signals.
#pragma once

#include <signal.h>

#include <cstdint>

#include "step.hpp"

namespace explore {

/// For each signal its action, which is the whole process's. Who writes to a pipe reads that of SIGPIPE.
std::uint32_t action_object(int signal) noexcept;

/// The step of who asks for a signal's action, or changes it.
void step_on_action(int signal, access_mode mode, signal_function by, std::uintptr_t pc) noexcept;

/// SIGPIPE comes to the calling thread. Returns if that is not the end: it is ignored, or blocked, and waits then.
void raise_broken_pipe() noexcept;

/// While it lives, the system's SIGPIPE does not come to this thread of the system. One that came before is gone.
class held_broken_pipe {
 public:
  held_broken_pipe() noexcept;
  held_broken_pipe(const held_broken_pipe&) = delete;
  held_broken_pipe& operator=(const held_broken_pipe&) = delete;
  ~held_broken_pipe();
  /// Whether it would have come. Then it is gone.
  bool take() const noexcept;

 private:
  std::uint64_t blocked_before_ = 0;
};

/// These are what the calling thread blocks now. Returns if that is not the end, as above: true if one came, and is ignored.
bool meet_broken_pipe(std::uint64_t blocked, signal_function by, std::uintptr_t pc) noexcept;

/// Whether a call with this mask of its own lets one in that waits. Null: it has none.
bool lets_broken_pipe_in(const sigset_t* mask, std::uintptr_t pc) noexcept;

/// SIGPIPE is ignored from here on: wherever it waits, it is gone.
void forget_broken_pipes() noexcept;

}  // namespace explore
