#pragma once

#include <cstdint>
#include <optional>

#include "handle/semaphore_word.hpp"
#include "quiesce/waitable.hpp"

namespace quiesce::inline v0 {

/// The object behind a semaphore.
class semaphore_object final : public waitable {
 public:
  semaphore_object(std::uint32_t count, std::uint32_t maximum) noexcept
      : waitable(take_rule::counts_down, count), maximum_(maximum) {}

  /// Returns the previous count; none when the maximum would be exceeded: then nothing has changed.
  std::optional<std::uint32_t> release_by(std::uint32_t n) noexcept;

  bool can_be_signalled() const noexcept override { return true; }
  std::uint32_t maximum() const noexcept { return maximum_; }

 private:
  ~semaphore_object() override = default;

  bool is_available(std::uint64_t word, std::uint64_t) const noexcept override {
    return semaphore_word::is_available(word);
  }
  std::uint64_t after_take(std::uint64_t word, std::uint64_t) const noexcept override {
    return semaphore_word::after_take(word);
  }
  signal_outcome signal(std::uint64_t& word) noexcept override;

  std::optional<std::uint32_t> release_slowly(std::uint32_t n) noexcept;

  const std::uint32_t maximum_;
};

}  // namespace quiesce::inline v0
