#pragma once

#include "quiesce/event_object.hpp"

namespace quiesce::inline v0 {

/// A manual-reset event on the stack of the one thread that waits for it, so that waiting allocates nothing. It keeps its
/// first reference to the end. Whoever sets it must not be able to come after the thread has gone on: either the thread
/// goes on only when the event is set, which happens once, or a lock keeps the setters away from then on.
class local_event final : public event_object {
 public:
  local_event() noexcept : event_object(event_word::reset::manual, false) {}
};

}  // namespace quiesce::inline v0
