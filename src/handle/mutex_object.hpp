#pragma once

#include <cstdint>

#include "handle/mutex_word.hpp"
#include "quiesce/waitable.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

/// The object behind a mutex. While a thread owns it, it stands in that thread's list (mutex_word, I3).
class mutex_object final : public waitable, private owned_by_thread {
 public:
  mutex_object() noexcept : waitable(take_rule::asks, 0) {}

  take_outcome try_take() noexcept override;
  bool has_owner() const noexcept override { return true; }
  bool can_be_signalled() const noexcept override { return true; }
  bool is_taken_too_often() const noexcept override;

  /// Returns false when the calling thread does not own it; then nothing has changed.
  bool give_back() noexcept;

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
