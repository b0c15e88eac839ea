#pragma once

#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

/// A handle that becomes signalled when a POSIX signal arrives at this process; the wait that takes it resets it, and
/// arrivals that nobody took merge into one. Several handles may be made for one signal: each is signalled.
///
/// While a handle to a signal exists the signal's default action does not happen: SIGTERM does not end the process. A
/// handler that the program had installed before is still called, on the thread that took the signal; no thread has to
/// block anything. But some thread of the program must leave the signal unblocked, or it does not arrive: the library's own
/// threads block all signals. The earlier action stands again when the last handle is closed.
///
/// From a callback: everything here may be used.
/// Errors: std::invalid_argument for a signal that a failing instruction raises, such as SIGSEGV; std::system_error with
///         the number for one that cannot be caught or does not exist, and when the system has no descriptor left.
class os_signal : public handle {
 public:
  explicit os_signal(int number);

  /// Another handle to the same one.
  [[nodiscard]] os_signal duplicate() const noexcept { return os_signal(shared()); }

 private:
  explicit os_signal(waitable* owned) noexcept : handle(owned) {}
};

}  // namespace quiesce::inline v0
