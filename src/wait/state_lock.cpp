#include "wait/state_lock.hpp"

#include <type_traits>

#include "wait/all_wait.hpp"

namespace quiesce::inline v0 {

std::mutex& wide_lock::lock() noexcept {
  static constinit std::mutex lock;
  static_assert(std::is_trivially_destructible_v<std::mutex>, "it is used until the process has ended");
  return lock;
}

// Never the wide lock while a queue lock is held. So an enrolled object is left, and looked at anew.
state_lock::state_lock(waitable& object) noexcept : queue_lock(object) {
  if (object.enrolments_ == 0) return;
  queue_lock::unlock();
  wide_lock::lock().lock();
  holds_wide_ = true;
  object_ = &object;
  lock();
}

// A plain word is that of an object that is not enrolled, and no enrolment can begin while it is locked.
waitable::glance state_lock::try_lock_available(waitable& object, std::uint64_t owner) noexcept {
  // order: relaxed. Only the locking below says that something was there.
  std::uint64_t seen = object.word_.load(std::memory_order_relaxed);
  if (!object_word::is_plain(seen)) return waitable::glance::unsure;
  const bool is_available =
      object.rule_ == take_rule::asks ? object.is_available(seen, owner) : object_word::value(seen) != 0;
  if (!is_available) return waitable::glance::nothing;
  const bool locked = object.word_.compare_exchange_strong(seen, object_word::on_lock(seen, false).next,
                                                           std::memory_order_acquire, std::memory_order_relaxed);
  return locked ? waitable::glance::taken : waitable::glance::unsure;
}

void state_lock::unlock() noexcept {
  queue_lock::unlock();
  if (holds_wide_) wide_lock::lock().unlock();
}

void state_lock::give(waiter& place, claimed_waiters& claimed) noexcept {
  unlink(place);
  const std::uint64_t owner = place.owner;  // read first: a claim that answers `done` is the last touch of the place
  switch (place.block->claim(place, take_status())) {
    case wait_block::claimed::lost: return;
    case wait_block::claimed::tell: claimed.append(place); break;
    case wait_block::claimed::done: break;
  }
  take(owner);
}

bool state_lock::settle(claimed_waiters& claimed) noexcept {
  waiter* place = object_->first_waiter_;
  while (place != nullptr) {
    if (!is_available(place->owner)) return false;
    waiter* const following = place->next == object_->first_waiter_ ? nullptr : place->next;
    if (place->all != nullptr) {
      place->all->try_complete(*place, *this, claimed);
    } else {
      give(*place, claimed);
    }
    place = following;
  }
  return true;
}

}  // namespace quiesce::inline v0
