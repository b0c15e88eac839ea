#pragma once

#include <source_location>

#include "quiesce/event_object.hpp"
#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

/// An event that ends one wait per signal: the wait that takes the signal resets it.
///
/// From a callback: everything here may be used. Not for asynchronous signal handlers.
/// Lifetime: the event may be closed as soon as a wait that it ended has returned, even if set() has not yet returned.
/// Errors:   using a null (moved-from) event is a bug of the caller; the calls are noexcept, so it ends the process with
///           the place of the call.
/// Source:   CreateEvent with bManualReset FALSE of Windows.
class auto_reset_event : public handle {
 public:
  /// Allocates the object; throws std::bad_alloc.
  explicit auto_reset_event(bool signalled = false)
      : handle(new program_event(event_word::reset::automatic, signalled)) {}

  /// Another handle to the same event.
  [[nodiscard]] auto_reset_event duplicate() const noexcept { return auto_reset_event(shared()); }

  /// Ends the wait that has queued first; with nobody queued the signal is stored, and a second one merges with it.
  /// A callback of a registered wait that this ends is committed when set() returns, or has run in it (run_on).
  /// Blocks:    never longer than another thread's few instructions under the event's lock.
  ///            If the event stands in a wait for all of several: never longer than others that do are looked at.
  /// Orders:    all before set() happens before what follows the wait that it ends.
  /// Allocates: nothing.
  void set(std::source_location where = std::source_location::current()) noexcept { event(where).set(); }

  /// Throws a stored signal away. Waits that were ended by an earlier set() stay ended.
  /// Blocks:    as set().
  /// Orders:    all before the set() whose signal is thrown away happens before the return.
  /// Allocates: nothing.
  void reset(std::source_location where = std::source_location::current()) noexcept { event(where).reset(); }

  /// Ends the wait that has queued first, if there is one, and leaves the event unsignalled. Exactly those count as
  /// queued that are at this instant; unlike PulseEvent of Windows it never misses one that is.
  /// Blocks:    as set().
  /// Orders:    all before pulse() happens before what follows the wait that it ends.
  /// Allocates: nothing.
  void pulse(std::source_location where = std::source_location::current()) noexcept { event(where).pulse(); }

 private:
  explicit auto_reset_event(waitable* owned) noexcept : handle(owned) {}
  event_object& event(const std::source_location& where) const noexcept {
    return static_cast<event_object&>(checked(where));
  }
};

}  // namespace quiesce::inline v0
