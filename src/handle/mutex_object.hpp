#pragma once

#include <cstdint>

#include "handle/mutex_word.hpp"
#include "quiesce/waitable.hpp"
#include "wait/thread_record.hpp"
#include "wait/waiter.hpp"

namespace quiesce::inline v0 {

/// The object behind a mutex. While a thread owns it, it stands in that thread's list (mutex_word, I3); while a registered
/// wait holds it for a callback, in that wait's (I5).
class mutex_object final : public waitable, private owned_by_thread {
 public:
  mutex_object() noexcept : waitable(take_rule::asks, 0) {}

  take_outcome try_take() noexcept override;
  bool has_owner() const noexcept override { return true; }
  std::uint64_t owner() const noexcept override { return mutex_word::owner(word_.load(std::memory_order_relaxed)); }
  bool can_be_signalled() const noexcept override { return true; }
  bool is_taken_too_often() const noexcept override;

  /// Returns false when the calling thread does not own it; then nothing has changed.
  bool give_back() noexcept;

  /// Of a callback for which it was held. Its thread owns it from the begin on, and when it has returned abandons what it
  /// still owns. Both on that thread. One that is dropped frees it, and the caller tells those whom it was given to.
  void callback_begins() noexcept;
  void callback_returned() noexcept;
  void callback_dropped(claimed_waiters& to_tell) noexcept;

  /// Its place in the list of the wait that holds it, which the wait guards.
  struct place_of_held {
    mutex_object* next = nullptr;
    std::uint64_t turn = 0;      // which of the wait's signals took it
    bool was_abandoned = false;  // when it was taken
  };
  place_of_held held;

 private:
  ~mutex_object() override = default;

  bool is_available(std::uint64_t word, std::uint64_t owner) const noexcept override {
    return mutex_word::is_available(word, owner);
  }
  std::uint64_t after_take(std::uint64_t word, std::uint64_t owner) const noexcept override {
    return mutex_word::after_take(word, owner);
  }
  signal_outcome signal(std::uint64_t& word) noexcept override;
  void taken_for_this_thread() noexcept override;
  void abandon() noexcept override;
  void last_reference_dropped() noexcept override;
};

}  // namespace quiesce::inline v0
