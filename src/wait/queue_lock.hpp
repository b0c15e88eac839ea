#pragma once

#include <cstddef>
#include <cstdint>

#include "quiesce/waitable.hpp"
#include "wait/waiter.hpp"

namespace quiesce::inline v0 {

/// The lock of one object's queue, held from construction to unlock() or destruction, and with it the right to look at
/// the queue and to link and unlink waiters. Held for a few instructions only, unless its holder looks at the others of a
/// wait for all too. Nothing that blocks for long, allocates or belongs to the user runs under it. Two of them are held by
/// one thread only if it holds the wide lock, or has got each of them without waiting (taking_together.hpp).
class queue_lock {
 public:
  explicit queue_lock(waitable& object) noexcept : object_(&object) { lock(); }
  queue_lock(const queue_lock&) = delete;
  queue_lock& operator=(const queue_lock&) = delete;
  ~queue_lock() {
    if (object_ != nullptr) unlock();
  }

  /// Publishes the state and lets go. Last touch of the object: a waiter may take its signal and destroy it now.
  void unlock() noexcept;

  /// For reports and tests: walks the queue.
  std::size_t count_waiters() const noexcept;

  bool has_waiters() const noexcept { return object_->first_waiter_ != nullptr; }

  void append(waiter& place) noexcept;
  void unlink(waiter& place) noexcept;

 protected:
  /// Takes over a lock that the caller holds already.
  struct adopt {};
  queue_lock(waitable& object, adopt) noexcept
      : object_(&object), word_(object.word_.load(std::memory_order_relaxed)) {}

  void lock() noexcept;

  waitable* object_;
  std::uint64_t word_;
};

}  // namespace quiesce::inline v0
