#pragma once

#include <cstdint>

#include "wait/queue_lock.hpp"
#include "wait/wide_lock.hpp"

namespace quiesce::inline v0 {

/// The queue lock with the right to change the object's state. If the object is enrolled, the wide lock is part of it.
class state_lock : public queue_lock {
 public:
  explicit state_lock(waitable& object) noexcept;
  /// For who holds the wide lock already, and keeps it.
  state_lock(waitable& object, wide_lock_held) noexcept : queue_lock(object) {}

  /// Locks the object if a wait in the name of `owner` may take it and its word has no flag; waits for nobody.
  /// Returns: taken: it is locked, and a state_lock has to be made of it, which lets go. nothing: it was not available at
  ///          some moment of the call. unsure: there was a flag, or the word was just changing.
  static waitable::glance try_lock_available(waitable& object, std::uint64_t owner) noexcept;
  struct locked_already {};
  state_lock(waitable& object, locked_already) noexcept : queue_lock(object, adopt{}) {}

  /// Of an object that was taken in the calling thread's name, which now knows of it. No lock is held.
  static void now_taken(waitable& object) noexcept { object.taken_for_this_thread(); }

  ~state_lock() {
    if (object_ != nullptr) unlock();
  }

  /// As queue_lock's, and lets go of the wide lock after that of the object.
  void unlock() noexcept;

  /// The state, as the holder has it; published by unlock().
  std::uint64_t word() const noexcept { return word_; }
  void set_word(std::uint64_t word) noexcept { word_ = word; }

  /// Whether a wait in the name of `owner` may take the object now. A waiter that stands in the queue and could take it
  /// has been given it already; only a kind whose state the kernel keeps may be available with waiters queued.
  bool is_available(std::uint64_t owner) const noexcept { return object_->is_available(word_, owner); }

  /// What the next take is told: signalled or abandoned.
  wait_status take_status() const noexcept {
    return (word_ & object_word::abandoned) != 0 ? wait_status::abandoned : wait_status::signalled;
  }

  /// Takes the object for one wait. Only after is_available(), or for a waiter that was just claimed.
  void take(std::uint64_t owner) noexcept { word_ = object_->after_take(word_ & ~object_word::abandoned, owner); }

  /// Signals the object once in the calling thread's name; settle() has to follow.
  signal_outcome signal() noexcept { return object_->signal(word_); }

  /// Gives what is there to those who wait, first come, first served. Those whose wait has ended otherwise are passed
  /// over, and so are waits for all of several that are not yet satisfied. The claimed ones are told by the caller, after
  /// unlock(). Returns false when it ended at a waiter who found the object not available.
  bool settle(claimed_waiters& claimed) noexcept;

  /// The same for one waiter, to whom the object is available.
  void give(waiter& place, claimed_waiters& claimed) noexcept;

  /// One more, or one less, of those for whom the object has to stand still. Only with the wide lock held.
  void enroll() noexcept { ++object_->enrolments_; }
  void leave() noexcept { --object_->enrolments_; }

  /// Asks a kind whose state the kernel keeps to tell when it becomes available.
  void ask_for_news() noexcept { object_->waiting_begins(); }

  const waitable& object() const noexcept { return *object_; }

 private:
  bool holds_wide_ = false;  // and has to let go of it
};

}  // namespace quiesce::inline v0
