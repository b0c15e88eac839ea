// Entries that wait or run on a thread that signals instead of one of the crew: they are counted, and drained, like others.
#include "pool/crew.hpp"

namespace quiesce::inline v0 {

void crew::inline_queued() noexcept {
  const std::lock_guard lock(mutex_);
  ++inline_queued_;
  look_at_stops();
}

void crew::inline_begins() noexcept {
  const std::lock_guard lock(mutex_);
  --inline_queued_;
  ++inline_running_;
  look_at_stops();
}

void crew::inline_ended() noexcept {
  const std::lock_guard lock(mutex_);
  --inline_running_;
  if (drainers_ != nullptr && is_drained()) tell_drainers();
}

}  // namespace quiesce::inline v0
