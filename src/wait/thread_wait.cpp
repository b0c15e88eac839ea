#include "wait/thread_wait.hpp"

#include "wait/enrolment.hpp"
#include "wait/state_lock.hpp"

namespace quiesce::inline v0 {

wait_block::claimed thread_wait::claim(waiter& place, wait_status how) noexcept {
  return try_end(claim_word::won(how, place.index)) ? claimed::tell : claimed::lost;
}

// Under the lock of the place's object. Returns true when the wait may have to block; false when it ended on the way, by
// its own hand.
bool thread_wait::take_or_append(waiter& place, state_lock& lock) noexcept {
  if (!lock.is_available(place.owner)) {
    lock.append(place);
    return true;
  }
  // The signal is left where it is if an earlier place was claimed meanwhile: that signaller tells us.
  if (!try_end(claim_word::won(lock.take_status(), place.index))) return true;
  lock.take(place.owner);
  return false;
}

bool thread_wait::enqueue() noexcept {
  for (waiter& place : places()) {
    state_lock lock(*place.object);
    if (!take_or_append(place, lock)) return false;
  }
  return true;
}

// Both objects stand still meanwhile, so that nobody sees the signal before this wait has queued. It queues even if it
// could take its object, since what the signal fires (a callback that follows a running one) may begin without being
// told; only then is the signal handed out, and after it what is there for this wait. Returns false if nothing was done.
bool thread_wait::signal_and_enqueue(waitable& signalled, signal_outcome& outcome, claimed_waiters& to_tell) noexcept {
  waiter& place = places().front();
  const wide_lock wide;
  const enrolment first(signalled);
  const enrolment second(*place.object);
  outcome = state_lock(signalled, wide_lock_held{}).signal();
  if (outcome != signal_outcome::signalled) return false;
  state_lock(*place.object, wide_lock_held{}).append(place);
  static_cast<void>(state_lock(signalled, wide_lock_held{}).settle(to_tell));
  state_lock lock(*place.object, wide_lock_held{});
  static_cast<void>(lock.settle(to_tell));
  // Behind others who cannot have it: a mutex that this thread owns.
  if (place.linked && lock.is_available(place.owner)) lock.give(place, to_tell);
  return true;
}

void thread_wait::leave_queues() noexcept {
  for (waiter& place : places()) {
    queue_lock lock(*place.object);
    if (place.linked) lock.unlink(place);
  }
}

// A limit or a stop has ended the wait. What was signalled by then has been given to those who waited; but what the kernel
// keeps may be there, and only not be told yet.
wait_result thread_wait::take_what_is_not_told() noexcept {
  for (const waiter& place : places()) {
    if (place.object->is_kept_by_kernel() && place.object->try_take() == take_outcome::taken) {
      return {.status = wait_status::signalled, .index = place.index};
    }
  }
  return result();
}

wait_result thread_wait::finish() noexcept {
  leave_queues();
  wait_result result = this->result();
  if (result) {
    now_taken(places()[result.index]);
  } else {
    result = take_what_is_not_told();
  }
  release_objects();
  return result;
}

wait_result thread_wait::block_until(deadline until, const std::stop_token& token) noexcept {
  begin();
  if (enqueue()) park(until, token);
  return finish();
}

wait_result thread_wait::signal_and_block_until(waitable& signalled, signal_outcome& outcome, deadline until,
                                                const std::stop_token& token) noexcept {
  begin();
  claimed_waiters to_tell;
  signalled.add_reference();  // who is given the signal may close the last handle while this thread still looks at it
  const bool waits = signal_and_enqueue(signalled, outcome, to_tell);
  signalled.release();
  if (!waits) {
    release_objects();
    return {.status = wait_status::timed_out};
  }
  // Perhaps this wait among them. What that makes due on this thread must not run here: it might be given what this
  // wait was given in the thread's name, or wait behind it.
  to_tell.tell_and_hand_over();
  park(until, token);
  return finish();
}

}  // namespace quiesce::inline v0
