#pragma once

#include <chrono>
#include <source_location>

#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

/// A handle that becomes signalled at a moment of a clock, once or periodically.
///
/// An automatic timer is unsignalled by the wait that takes it, as an auto-reset event is; expirations that nobody took
/// merge into one. A manual timer stays signalled until it is set again.
///
/// Nothing is signalled early.
///
/// From a callback: everything here may be used. Not for asynchronous signal handlers.
/// Lifetime: an armed timer does not keep itself alive: with its last handle it goes.
/// Errors:   using a null (moved-from) timer ends the process with the place of the call.
/// Source:   CreateWaitableTimer of Windows.
class timer : public handle {
 public:
  enum class reset { automatic, manual };

  /// Not armed, not signalled. The first timer, pool or other handle that needs it starts one thread for the process.
  /// Errors: std::system_error when the system refuses that, std::bad_alloc.
  explicit timer(reset kind = reset::automatic);

  /// Another handle to the same timer.
  [[nodiscard]] timer duplicate() const noexcept { return timer(shared()); }

  /// Arms the timer anew: it is unsignalled, an earlier arming is gone, and it will be signalled at `due`, then every
  /// `period` if that is not zero. A moment that has passed signals it before set() returns. Periods are counted on the
  /// steady clock: from `due` or, if that is on the system clock, from the moment at which the timer is first signalled.
  /// Expirations that were slept through merge into one.
  /// Orders:    all before set() happens before what follows the wait that the timer ends.
  /// Allocates: nothing; cannot fail. A negative period is a bug of the caller and ends the process.
  void set(deadline due, std::chrono::nanoseconds period = {},
           std::source_location where = std::source_location::current()) noexcept;

  /// Takes the arming back. A signal that is stored stays. After the return no expiration of that arming follows.
  void cancel(std::source_location where = std::source_location::current()) noexcept;

 private:
  explicit timer(waitable* owned) noexcept : handle(owned) {}
};

}  // namespace quiesce::inline v0
