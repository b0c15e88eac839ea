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
