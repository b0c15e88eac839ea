#include "wait/all_wait.hpp"

#include "base/contract.hpp"
#include "wait/state_lock.hpp"

namespace quiesce::inline v0 {
namespace {

// What the taking of several objects is told: abandoned if one of them was.
wait_status combined(wait_status sofar, const state_lock& next) noexcept {
  return next.take_status() == wait_status::abandoned ? wait_status::abandoned : sofar;
}

}  // namespace

wait_block::claimed all_wait::claim(waiter&, wait_status) noexcept {
  base::bug("a wait for all of several objects was claimed for one of them");
}

// Enrols, looks, and takes all if all are there. Returns whether the wait has to block; then its places are linked.
bool all_wait::enter(bool may_block) noexcept {
  const wide_lock wide;
  bool all_available = true;
  wait_status how = wait_status::signalled;
  for (waiter& place : places()) {
    place.all = this;
    state_lock lock(*place.object, wide_lock_held{});
    lock.enroll();  // from here on the object stands still
    all_available = all_available && lock.is_available(place.owner);
    how = combined(how, lock);
  }
  if (all_available) {
    static_cast<void>(try_end(claim_word::won(how)));  // no place was linked: nobody else can have ended it
    for (waiter& place : places()) state_lock(*place.object, wide_lock_held{}).take(place.owner);
  } else if (may_block) {
    for (waiter& place : places()) state_lock(*place.object, wide_lock_held{}).append(place);
    return true;
  } else {
    static_cast<void>(try_end(claim_word::won(wait_status::timed_out)));
  }
  leave();
  return false;
}

void all_wait::try_complete(waiter& place, state_lock& held, claimed_waiters& to_tell) noexcept {
  if (!is_open()) return;
  wait_status how = held.take_status();
  for (waiter& other : places()) {
    if (&other == &place) continue;
    state_lock lock(*other.object, wide_lock_held{});
    if (!lock.is_available(other.owner)) return lock.ask_for_news();
    how = combined(how, lock);
  }
  if (!try_end(claim_word::won(how))) return;
  held.take(place.owner);
  for (waiter& other : places()) {
    if (&other != &place) state_lock(*other.object, wide_lock_held{}).take(other.owner);
  }
  to_tell.append(place);
}

// With the wide lock held.
void all_wait::leave() noexcept {
  for (waiter& place : places()) {
    state_lock lock(*place.object, wide_lock_held{});
    if (place.linked) lock.unlink(place);
    lock.leave();
  }
}

wait_result all_wait::finish() noexcept {
  wait_result result = this->result();
  result.index = wait_result::none;
  if (result) {
    for (waiter& place : places()) now_taken(place);
  }
  release_objects();
  return result;
}

wait_result all_wait::try_once() noexcept {
  begin();
  static_cast<void>(enter(false));
  return finish();
}

wait_result all_wait::block_until(deadline until, const std::stop_token& token) noexcept {
  begin();
  if (enter(true)) {
    park(until, token);
    const wide_lock wide;
    leave();
  }
  return finish();
}

}  // namespace quiesce::inline v0
