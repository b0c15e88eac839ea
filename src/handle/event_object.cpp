#include "quiesce/event_object.hpp"

#include "wait/state_lock.hpp"

namespace quiesce::inline v0 {

// All waiters of a manual-reset event are claimed under one hold of the lock and told afterwards: otherwise the second
// could time out after the first was told, though both were waiting when the event was set.
void event_object::claim_waiters(bool keep_signal, claimed_waiters& claimed) noexcept {
  state_lock lock(*this);
  lock.set_word(event_word::with_signal(lock.word(), true));
  lock.settle(claimed);
  if (!keep_signal) lock.set_word(event_word::with_signal(lock.word(), false));
}

bool event_object::is_available(std::uint64_t word, std::uint64_t) const noexcept {
  return event_word::is_signalled(word);
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
  state_lock lock(*this);
  lock.set_word(event_word::with_signal(lock.word(), false));
}

signal_outcome program_event::signal(std::uint64_t& word) noexcept {
  word = event_word::with_signal(word, true);
  return signal_outcome::signalled;
}

}  // namespace quiesce::inline v0
