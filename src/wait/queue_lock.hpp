#pragma once

#include <cstddef>
#include <cstdint>

#include "quiesce/waitable.hpp"
#include "wait/waiter.hpp"

namespace quiesce::inline v0 {

/// The lock of one object's queue, held from construction to unlock() or destruction, and with it the right to change
/// the object's state. Held for a few instructions only; nothing that blocks, allocates or belongs to the user runs
/// under it. Two of them are never held by one thread.
class queue_lock {
 public:
  explicit queue_lock(waitable& object) noexcept;
  queue_lock(const queue_lock&) = delete;
  queue_lock& operator=(const queue_lock&) = delete;
  ~queue_lock() {
    if (object_ != nullptr) unlock();
  }

  /// Publishes the state and lets go. Last touch of the object: a waiter may take its signal and destroy it now.
  void unlock() noexcept;

  /// The state, as the holder has it; published by unlock().
  std::uint64_t word() const noexcept { return word_; }
  void set_word(std::uint64_t word) noexcept { word_ = word; }

  /// For reports and tests: walks the queue.
  std::size_t count_waiters() const noexcept;

  bool has_waiters() const noexcept { return object_->first_waiter_ != nullptr; }

  /// Whether a wait may take the object now, with nobody in the queue before it.
  bool is_available() const noexcept { return !has_waiters() && object_->is_available(word_); }

  /// Takes the object for one wait. Only after is_available(), or for a waiter that was just claimed.
  void take() noexcept { word_ = object_->after_take(word_); }

  void append(waiter& place) noexcept;
  void unlink(waiter& place) noexcept;

  /// Takes waiters off the queue, first come first served, until one can be claimed. Returns whether one was; it is
  /// told by the caller through `claimed` after unlock(). Those whose wait has ended otherwise are passed over.
  bool claim_first(claimed_waiters& claimed) noexcept;

 private:
  waitable* object_;
  std::uint64_t word_;
};

}  // namespace quiesce::inline v0
