#include "quiesce/event_object.hpp"

#include "wait/queue_lock.hpp"

namespace quiesce::inline v0 {

// All waiters of a manual-reset event are claimed under one hold of the lock and told afterwards: otherwise the second
// could time out after the first was told, though both were waiting when the event was set.
void event_object::claim_waiters(bool keep_signal, claimed_waiters& claimed) noexcept {
  queue_lock lock(*this);
  if (kind_ == event_word::reset::manual) {
    while (lock.claim_first(claimed)) {
    }
    lock.set_word(event_word::with_signal(lock.word(), keep_signal));
  } else {
    const bool handed_over = lock.claim_first(claimed);
    lock.set_word(event_word::with_signal(lock.word(), keep_signal && !handed_over));
  }
}

void event_object::set_slowly() noexcept {
  claimed_waiters claimed;
  claim_waiters(true, claimed);  // Last touch of the object.
  claimed.tell();
}

void event_object::pulse() noexcept {
  claimed_waiters claimed;
  claim_waiters(false, claimed);  // Last touch of the object.
  claimed.tell();
}

void event_object::reset_slowly() noexcept {
  queue_lock lock(*this);
  lock.set_word(event_word::with_signal(lock.word(), false));
}

}  // namespace quiesce::inline v0
