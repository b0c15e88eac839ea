#include "wait/thread_block.hpp"

#include <optional>

#include "wait/blocked_taking.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

bool thread_block::try_end(std::uint32_t outcome) noexcept {
  std::uint32_t seen = claim_.load(std::memory_order_relaxed);
  const claim_word::move move = claim_word::on_claim(seen, outcome);
  if (move.outcome == claim_word::step::lost) return false;
  // order: relaxed. The word publishes nothing but itself: the signaller's writes travel with the told word, and a
  //        loser only learns that it has lost.
  // not:   weaker than the queue locks around it: a signaller that loses stands before the leaving of the queues by its
  //        lock.
  return claim_.compare_exchange_strong(seen, move.next, std::memory_order_relaxed);
}

void thread_block::tell(waiter&) noexcept { parker_.unpark(); }

void thread_block::begin() noexcept {
  const std::uint64_t owner = thread_record::current().number();
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    waiter& place = places_[i];
    place.block = this;
    place.object = objects_[i].object();
    place.owner = owner;
    place.index = static_cast<std::uint32_t>(i);
    place.linked = false;
    place.object->add_reference();
  }
}

void thread_block::park(deadline until, const std::stop_token& token) noexcept {
  // The callback may run on another thread until its destructor has returned, which is before this block ends.
  const auto stop = [this] {
    if (try_end(claim_word::won(wait_status::stopped))) parker_.unpark();
  };
  std::optional<std::stop_callback<decltype(stop)>> watch;
  if (token.stop_possible()) watch.emplace(token, stop);
  const blocked_thread reported;
  std::optional<blocked_taking> in_graph;
  if (blocked_taking::is_looked_at(places_, until, token)) in_graph.emplace(places_, where_);
  if (!parker_.park_until(until) && !try_end(claim_word::won(wait_status::timed_out))) parker_.park();
}

void thread_block::release_objects() noexcept {
  for (waiter& place : places_) place.object->release();
}

}  // namespace quiesce::inline v0
