#pragma once

#include <cstdint>

namespace quiesce::inline v0 {

/// STATE WORD  waitable::references_      32 bits; initial value 1, the creator's
///
///   value  meaning                                                    who may leave it
///     0    ended: the last reference has gone, the object is going    nobody
///     n    n owners                                                   an owner, to n + 1 or n - 1; a thread that found the
///                                                                     object in a list that owns nothing, to n + 1
///
/// INVARIANTS
///   I1  ended is entered exactly once, by the owner who drops the last reference, and never left
///   I2  who adds a reference without owning one first sees, under the lock of the list in which it found the object,
///       that the object has not ended
///
/// TRANSITIONS
///   add      n -> n + 1 (only an owner: n is not 0)
///   try_add  n -> n + 1 (added)        ended unchanged (refused)
///   drop     n -> n - 1 (others left)  1 -> ended (last: the caller ends the object)
struct reference_word {
  static constexpr std::uint32_t initial = 1;
  static constexpr std::uint32_t ended = 0;

  enum class step : std::uint8_t { added, refused, others_left, last };
  struct move {
    std::uint32_t next;
    step outcome;
  };

  static constexpr move on_try_add(std::uint32_t seen) noexcept {
    if (seen == ended) return {ended, step::refused};
    return {seen + 1, step::added};
  }

  static constexpr move on_drop(std::uint32_t seen) noexcept {
    return {seen - 1, seen == 1 ? step::last : step::others_left};
  }
};

}  // namespace quiesce::inline v0
