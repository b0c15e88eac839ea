#include "wait/queue_lock.hpp"

#include "os/futex.hpp"

namespace quiesce::inline v0 {
namespace {

constexpr int spins_before_sleep = 40;  // about as long as a lock is held; the holder may be running on another core

void pause_briefly() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

void queue_lock::lock() noexcept {
  std::atomic<std::uint64_t>& word = object_->word_;
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  bool has_slept = false;
  for (int spins = 0;;) {
    if ((seen & object_word::locked) != 0 && spins < spins_before_sleep) {
      ++spins;
      pause_briefly();
      seen = word.load(std::memory_order_relaxed);
      continue;
    }
    const object_word::lock_move move = object_word::on_lock(seen, has_slept);
    if (!word.compare_exchange_weak(seen, move.next, std::memory_order_acquire, std::memory_order_relaxed)) continue;
    if (move.step == object_word::lock_step::acquired) {
      word_ = move.next;
      return;
    }
    os::futex_wait(os::futex_address(word), static_cast<std::uint32_t>(move.next));
    has_slept = true;
    seen = word.load(std::memory_order_relaxed);
  }
}

void queue_lock::unlock() noexcept {
  waitable& object = *object_;
  object_ = nullptr;
  const std::uint32_t* const sleepers = os::futex_address(object.word_);
  const std::uint64_t next = object_word::on_unlock(word_, object.first_waiter_ != nullptr, object.enrolments_ != 0);
  // Last touch of the object. The wake below uses the address only.
  const std::uint64_t found = object.word_.exchange(next, std::memory_order_release);
  if ((found & object_word::contended) != 0) os::futex_wake(sleepers, 1);
}

void queue_lock::append(waiter& place) noexcept {
  waiter*& first = object_->first_waiter_;
  place.linked = true;
  if (first == nullptr) {
    place.next = place.previous = &place;
    first = &place;
    object_->waiting_begins();
    return;
  }
  // Waits for all of several may stand before it that news did not end: nobody has asked since.
  if (object_->enrolments_ != 0) object_->waiting_begins();
  place.next = first;
  place.previous = first->previous;
  first->previous->next = &place;
  first->previous = &place;
}

void queue_lock::unlink(waiter& place) noexcept {
  waiter*& first = object_->first_waiter_;
  place.linked = false;
  if (place.next == &place) {
    first = nullptr;
    return;
  }
  place.previous->next = place.next;
  place.next->previous = place.previous;
  if (first == &place) first = place.next;
}

std::size_t queue_lock::count_waiters() const noexcept {
  const waiter* const first = object_->first_waiter_;
  std::size_t count = 0;
  for (const waiter* place = first; place != nullptr; place = place->next == first ? nullptr : place->next) ++count;
  return count;
}

}  // namespace quiesce::inline v0
