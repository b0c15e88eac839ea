#pragma once

#include <atomic>

#include "base/contract.hpp"
#include "os/futex.hpp"
#include "quiesce/deadline.hpp"
#include "wait/told_word.hpp"

namespace quiesce::inline v0 {

/// One thread that waits to be told by one other. Its states are those of told_word.
class parker {
 public:
  parker() noexcept = default;
  parker(const parker&) = delete;
  parker& operator=(const parker&) = delete;

  /// Blocks until told or until `until`. Returns whether it was told. Only the owner.
  bool park_until(deadline until) noexcept {
    std::uint32_t seen = word_.load(std::memory_order_acquire);
    for (;;) {
      const told_word::move move = told_word::on_sleep(told_state{seen});
      if (move.outcome == told_word::step::go_on) return true;
      const auto next = static_cast<std::uint32_t>(move.next);
      if (seen != next && !word_.compare_exchange_strong(seen, next, std::memory_order_acquire)) continue;
      const bool in_time = os::futex_wait_until(os::futex_address(word_), next, until);
      seen = word_.load(std::memory_order_acquire);
      if (!in_time) return told_state{seen} == told_state::told;
    }
  }
  void park() noexcept { static_cast<void>(park_until(never)); }

  /// Lets the owner go on. Last touch of the parker: the owner may destroy it as soon as the word says told.
  void unpark() noexcept {
    const std::uint32_t* const sleeper = os::futex_address(word_);
    // order: release. What the teller did, and the result it left, is seen by the owner.
    // pairs: the acquire loads of park_until().
    // not:   relaxed, under which the owner could free memory that the teller still writes.
    // shown: tests/explore/wait_test.cpp, MayBeDestroyedAsSoonAsItIsTold
    const std::uint32_t found = word_.exchange(static_cast<std::uint32_t>(told_state::told), std::memory_order_release);
    switch (told_word::on_tell(told_state{found}).outcome) {
      case told_word::step::wake: os::futex_wake(sleeper, 1); return;  // by address: the parker may be gone
      case told_word::step::quiet: return;
      default: base::bug("a thread was told twice");
    }
  }

  /// Makes the parker ready to be told again. Only the owner, after it was told.
  void begin_anew() noexcept {
    word_.store(static_cast<std::uint32_t>(told_state::waiting), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint32_t> word_{static_cast<std::uint32_t>(told_state::waiting)};
};

}  // namespace quiesce::inline v0
