#pragma once

#include <cstdint>

#include "quiesce/object_word.hpp"

namespace quiesce::inline v0 {

/// STATE WORD  waitable::word_ of a semaphore      the value of object_word; initially the count it is made with
///
///   value   name       meaning                               who may leave it
///   n       count      n waits can be ended without waiting  any thread by compare-exchange on the plain word; the holder
///                                                            of the queue lock
///   Impossible: a count above the maximum; a count above zero with `waiting` and without `enrolled`, while unlocked.
///
/// INVARIANTS
///   I1  while unlocked: a count above zero implies that none is queued but waits for all of several, which this
///       semaphore alone does not satisfy
///   I2  what was released and not taken is the count: it never exceeds the maximum, and no release is lost
///   I3  a word with a flag is left as it is by every fast transition
///
/// TRANSITIONS
///   release n   plain: count -> count + n (released)      above the maximum: unchanged (full)     any flag: (slow)
///   take        count -> count - 1                        zero: not available
struct semaphore_word {
  enum class step : std::uint8_t { released, full, slow };
  struct move {
    std::uint64_t next;
    step outcome;
  };

  static constexpr std::uint64_t count(std::uint64_t word) noexcept { return object_word::value(word); }
  static constexpr bool is_available(std::uint64_t word) noexcept { return count(word) != 0; }
  static constexpr std::uint64_t after_take(std::uint64_t word) noexcept {
    return object_word::with_value(word, count(word) - 1);
  }

  /// For the holder of the queue lock, whatever the flags.
  static constexpr move on_release_locked(std::uint64_t held, std::uint64_t n, std::uint64_t maximum) noexcept {
    if (n > maximum - count(held)) return {held, step::full};
    return {object_word::with_value(held, count(held) + n), step::released};
  }

  static constexpr move on_release(std::uint64_t seen, std::uint64_t n, std::uint64_t maximum) noexcept {
    if (!object_word::is_plain(seen)) return {seen, step::slow};
    return on_release_locked(seen, n, maximum);
  }
};

}  // namespace quiesce::inline v0
