#pragma once

#include <cstdint>

namespace quiesce::inline v0::os {

/// STATE WORD  marks (signal_catcher.cpp)      64 bits, one for each signal; initial value none
///
///   bit    meaning                                                    who may change it
///   n - 1  signal n has arrived since the marks were last taken       its handler sets it; the taker clears all;
///                                                                     the first to catch n clears it
///
/// INVARIANTS
///   I1  the mark of a signal that is caught is cleared only by being handed to the taker
///   I2  the catcher's descriptor is readable, or will be in a moment, whenever a mark is set: the handler marks first
///       and makes it readable then, the taker drains it first and takes then
///
/// TRANSITIONS
///   arrive(n)   any -> any with n     (a second arrival merges into the first)
///   take        any -> none           (hands over what it was)
///   forget(n)   any -> any without n  (nobody catches n: what arrived so far was for an earlier catcher)
struct signal_marks_word {
  static constexpr int largest = 64;
  static constexpr std::uint64_t none = 0;

  static constexpr bool is_valid(int number) noexcept { return number >= 1 && number <= largest; }
  static constexpr std::uint64_t bit(int number) noexcept { return std::uint64_t{1} << (number - 1); }
  static constexpr std::uint64_t on_arrive(std::uint64_t seen, int number) noexcept { return seen | bit(number); }
  static constexpr std::uint64_t on_forget(std::uint64_t seen, int number) noexcept { return seen & ~bit(number); }
  static constexpr std::uint64_t on_take(std::uint64_t) noexcept { return none; }
};

/// The signals that had arrived when the marks were taken.
class signal_marks {
 public:
  constexpr explicit signal_marks(std::uint64_t bits = signal_marks_word::none) noexcept : bits_(bits) {}

  constexpr bool any() const noexcept { return bits_ != signal_marks_word::none; }
  constexpr bool contains(int number) const noexcept {
    return signal_marks_word::is_valid(number) && (bits_ & signal_marks_word::bit(number)) != 0;
  }

 private:
  std::uint64_t bits_;
};

}  // namespace quiesce::inline v0::os
