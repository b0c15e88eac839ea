#pragma once

#include <source_location>

#include "quiesce/event_object.hpp"
#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

/// An event that stays signalled, and ends every wait, until it is reset.
///
/// From a callback: everything here may be used. Not for asynchronous signal handlers.
/// Callbacks on the signalling thread run in set() and pulse() (run_on).
/// Lifetime: the event may be closed as soon as a wait that it ended has returned, even if set() has not yet returned.
/// Errors:   using a null (moved-from) event is a bug of the caller; the calls are noexcept, so it ends the process with
///           the place of the call.
/// Source:   CreateEvent with bManualReset TRUE of Windows.
class manual_reset_event : public handle {
 public:
  /// Allocates the object; throws std::bad_alloc.
  explicit manual_reset_event(bool signalled = false)
      : handle(new program_event(event_word::reset::manual, signalled)) {}

  /// Another handle to the same event.
  [[nodiscard]] manual_reset_event duplicate() const noexcept { return manual_reset_event(shared()); }

  /// Ends all waits that are queued, in one step, and stores the signal. A waiter that was released stays released,
  /// whatever is done to the event afterwards: reset, closed, destroyed.
  /// Blocks:    never longer than another thread's work under the event's lock, which is a few instructions a waiter.
  ///            If the event stands in a wait for all of several: never longer than others that do are looked at.
  /// Orders:    all before set() happens before what follows the waits that it ends.
  /// Allocates: nothing.
  void set(std::source_location where = std::source_location::current()) noexcept { event(where).set(); }

  /// Throws the stored signal away. Waits that were ended by an earlier set() stay ended.
  /// Blocks:    as set().
  /// Orders:    all before the set() whose signal is thrown away happens before the return.
  /// Allocates: nothing.
  void reset(std::source_location where = std::source_location::current()) noexcept { event(where).reset(); }

  /// Ends all waits that are queued at this instant and leaves the event unsignalled.
  /// Blocks:    as set().
  /// Orders:    all before pulse() happens before what follows the waits that it ends.
  /// Allocates: nothing.
  void pulse(std::source_location where = std::source_location::current()) noexcept { event(where).pulse(); }

 private:
  explicit manual_reset_event(waitable* owned) noexcept : handle(owned) {}
  event_object& event(const std::source_location& where) const noexcept {
    return static_cast<event_object&>(checked(where));
  }
};

}  // namespace quiesce::inline v0
