#pragma once

#include <cstdint>

namespace quiesce::inline v0 {

/// STATE WORD  parker::word_      32 bits, one enum; initial value waiting
///
///   value  name      meaning                                     who may leave it
///     0    waiting   not told yet; the owner does not sleep      the owner, to asleep; the teller, to told
///     1    asleep    not told yet; the owner sleeps or is        the teller, to told
///                    about to (may be stale: it may be awake
///                    for no reason; illegal to be another
///                    value with the owner asleep for good)
///     2    told      the owner may go on                         nobody, until the owner begins anew
///
/// INVARIANTS
///   I1  told is entered at most once between two beginnings, by the one thread that won the right to tell
///   I2  an owner that sleeps in the kernel while the word is told has a wake on its way
///
/// TRANSITIONS
///   sleep (owner)   waiting -> asleep (sleep)   asleep unchanged (sleep)   told unchanged (go on)
///   tell            waiting -> told (quiet)     asleep -> told (wake)      told: impossible (I1)
enum class told_state : std::uint32_t { waiting, asleep, told };

struct told_word {
  using enum told_state;
  enum class step : std::uint8_t { sleep, go_on, quiet, wake, impossible };
  struct move {
    told_state next;
    step outcome;
  };

  static constexpr move on_sleep(told_state seen) noexcept {
    if (seen == told) return {told, step::go_on};
    return {asleep, step::sleep};
  }

  static constexpr move on_tell(told_state seen) noexcept {
    switch (seen) {
      case waiting: return {told, step::quiet};
      case asleep: return {told, step::wake};
      case told: break;
    }
    return {told, step::impossible};
  }
};

}  // namespace quiesce::inline v0
