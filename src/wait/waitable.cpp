#include "quiesce/waitable.hpp"

#include "base/contract.hpp"
#include "wait/state_lock.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

waitable::~waitable() = default;

bool waitable::try_add_reference() noexcept {
  std::uint32_t seen = references_.load(std::memory_order_relaxed);
  for (;;) {
    const reference_word::move move = reference_word::on_try_add(seen);
    if (move.outcome == reference_word::step::refused) return false;
    if (references_.compare_exchange_weak(seen, move.next, std::memory_order_relaxed)) return true;
  }
}

void waitable::release() noexcept {
  // order: acquire and release. What every owner did to the object happens before its destruction by the last one.
  // pairs: the same operation of the other owners.
  // not:   release alone, since the last owner must see the others' work.
  // shown: tests/explore/object_word_test.cpp, TheLastOfThreeOwnersDestroysTheObjectAndSeesTheWorkOfTheOthers
  const std::uint32_t seen = references_.fetch_sub(1, std::memory_order_acq_rel);
  if (reference_word::on_drop(seen).outcome == reference_word::step::last) last_reference_dropped();
}

void waitable::last_reference_dropped() noexcept {
  if (first_waiter_ != nullptr) base::bug("an object was destroyed with a waiter in its queue");
  delete this;
}

take_outcome waitable::try_take() noexcept {
  switch (try_take_at_a_glance()) {
    case glance::taken: return take_outcome::taken;
    case glance::nothing: return take_outcome::nothing;
    case glance::unsure: break;
  }
  return try_take_slowly();
}

take_outcome waitable::try_take_slowly() noexcept {
  const std::uint64_t owner = thread_record::current().number();
  state_lock lock(*this);
  if (!lock.is_available(owner)) return take_outcome::nothing;
  const wait_status how = lock.take_status();
  lock.take(owner);
  return how == wait_status::abandoned ? take_outcome::abandoned : take_outcome::taken;
}

signal_outcome waitable::signal(std::uint64_t&) noexcept { return signal_outcome::not_signallable; }

signal_outcome waitable::signal_once() noexcept {
  claimed_waiters claimed;
  signal_outcome outcome;
  {
    state_lock lock(*this);
    outcome = lock.signal();
    if (outcome == signal_outcome::signalled) lock.settle(claimed);
  }  // Last touch of the object.
  claimed.tell();
  return outcome;
}

std::string waitable::name() {
  queue_lock lock(*this);
  const std::shared_ptr<const std::string> text = name_;
  lock.unlock();  // copying the text may allocate
  return text == nullptr ? std::string() : *text;
}

void waitable::set_name(std::string_view name) {
  std::shared_ptr<const std::string> text = std::make_shared<const std::string>(name);
  queue_lock lock(*this);
  name_.swap(text);
  lock.unlock();  // the old text is freed at the end of this function
}

}  // namespace quiesce::inline v0
