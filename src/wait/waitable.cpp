#include "quiesce/waitable.hpp"

#include "base/contract.hpp"
#include "wait/queue_lock.hpp"

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

bool waitable::try_take() noexcept {
  std::uint64_t seen = word_.load(std::memory_order_acquire);
  while ((seen & (object_word::locked | object_word::all)) == 0) {
    if ((seen & object_word::waiting) != 0 || !is_available(seen)) return false;
    const std::uint64_t taken = after_take(seen);
    if (taken == seen) return true;
    // order: acquire. What the signaller did before its signal is seen by whoever takes it.
    // pairs: the release of the set() or the unlock that stored the signal.
    // not:   relaxed, under which the waiter could read data from before the signal.
    // shown: tests/explore/event_test.cpp, ASignalThatIsPassedOnIsHeldByOneThreadAtATime
    if (word_.compare_exchange_weak(seen, taken, std::memory_order_acquire, std::memory_order_acquire)) return true;
  }
  queue_lock lock(*this);
  if (!lock.is_available()) return false;
  lock.take();
  return true;
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
