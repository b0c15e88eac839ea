#include "wait/all_wait.hpp"

#include <algorithm>

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

// With the wide lock held, after a limit or a stop has ended the wait. What the kernel keeps may be there, and only not be
// told yet, so that nobody has looked whether all are.
wait_result all_wait::take_what_is_not_told() noexcept {
  if (std::ranges::none_of(places(), [](const waiter& place) { return place.object->is_kept_by_kernel(); })) {
    return result();
  }
  wait_status how = wait_status::signalled;
  for (const waiter& place : places()) {
    const state_lock lock(*place.object, wide_lock_held{});
    if (!lock.is_available(place.owner)) return result();
    how = combined(how, lock);
  }
  for (const waiter& place : places()) state_lock(*place.object, wide_lock_held{}).take(place.owner);
  return {.status = how};
}

wait_result all_wait::finish(wait_result result) noexcept {
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
  return finish(result());
}

wait_result all_wait::block_until(deadline until, const std::stop_token& token) noexcept {
  begin();
  if (!enter(true)) return finish(result());
  park(until, token);
  wait_result ended = result();
  {
    const wide_lock wide;
    if (!ended) ended = take_what_is_not_told();
    leave();
  }
  return finish(ended);
}

}  // namespace quiesce::inline v0
