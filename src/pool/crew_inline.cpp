// Entries that wait or run on a thread that signals instead of one of the crew: they are counted, and drained, like others.
#include "pool/crew.hpp"

#include "wait/wait_graph.hpp"

namespace quiesce::inline v0 {

void crew::inline_queued() noexcept {
  const std::lock_guard lock(mutex_);
  ++inline_queued_;
}

void crew::inline_begins() noexcept {
  mutex_.lock();
  --inline_queued_;
  ++inline_running_;
  // Of what was handed over to the workers has_only() may be true from now on. Not only when all of them are blocked: a
  // worker enters the graph before it blocks.
  const bool may_be_stuck = inline_queued_ == 0 && inline_handed_over_ != 0;
  mutex_.unlock();
  if (may_be_stuck) blocked_wait::look_again();
}

void crew::inline_ended() noexcept {
  const std::lock_guard lock(mutex_);
  --inline_running_;
  if (drainers_ != nullptr && is_drained()) tell_drainers();
}

}  // namespace quiesce::inline v0
