#include "wait/thread_wait.hpp"

#include <optional>

#include "wait/queue_lock.hpp"

namespace quiesce::inline v0 {

bool thread_wait::try_end(std::uint32_t outcome) noexcept {
  std::uint32_t seen = claim_.load(std::memory_order_relaxed);
  const claim_word::move move = claim_word::on_claim(seen, outcome);
  if (move.outcome == claim_word::step::lost) return false;
  // order: relaxed. The word publishes nothing but itself: the signaller's writes travel with the told word, and a
  //        loser only learns that it has lost.
  // not:   weaker than the queue locks around it: a signaller that loses stands before leave_queues() by its lock.
  return claim_.compare_exchange_strong(seen, move.next, std::memory_order_relaxed);
}

wait_block::claimed thread_wait::claim(waiter& place) noexcept {
  return try_end(claim_word::won(wait_status::signalled, place.index)) ? claimed::tell : claimed::lost;
}

void thread_wait::tell(waiter&) noexcept { parker_.unpark(); }

// Returns true when the thread has to block; false when the wait ended on the way, by its own hand.
bool thread_wait::enqueue() noexcept {
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    waiter& place = places_[i];
    queue_lock lock(*place.object);
    if (!lock.is_available()) {
      lock.append(place);
      continue;
    }
    // The signal is left where it is if an earlier place was claimed meanwhile: that signaller tells us.
    if (!try_end(claim_word::won(wait_status::signalled, place.index))) return true;
    lock.take();
    return false;
  }
  return true;
}

void thread_wait::leave_queues() noexcept {
  for (waiter& place : places_) {
    queue_lock lock(*place.object);
    if (place.linked) lock.unlink(place);
    lock.unlock();
    place.object->release();
  }
}

wait_result thread_wait::block_until(deadline until, const std::stop_token& token) noexcept {
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    waiter& place = places_[i];
    place.block = this;
    place.object = objects_[i].object();
    place.index = static_cast<std::uint32_t>(i);
    place.linked = false;
    place.object->add_reference();
  }
  if (enqueue()) {
    // The callback may run on another thread until its destructor has returned, which is before this block ends.
    const auto stop = [this] {
      if (try_end(claim_word::won(wait_status::stopped))) parker_.unpark();
    };
    std::optional<std::stop_callback<decltype(stop)>> watch;
    if (token.stop_possible()) watch.emplace(token, stop);
    if (!parker_.park_until(until) && !try_end(claim_word::won(wait_status::timed_out))) parker_.park();
  }
  leave_queues();
  return claim_word::result(claim_.load(std::memory_order_relaxed));
}

}  // namespace quiesce::inline v0
