#pragma once

#include <cstdint>

#include "quiesce/object_word.hpp"

namespace quiesce::inline v0 {

/// STATE WORD  waitable::word_ of both kinds of event      the value of object_word; initially 0 or 1
///
///   value  name        signal stored   who may leave it
///     0    unsignalled      no         any thread by compare-exchange on the plain word; the holder of the queue lock
///     1    signalled        yes        the same
///   Impossible: signalled with `waiting` and without `enrolled`, while unlocked. That signal is handed to a waiter.
///
/// INVARIANTS
///   I1  while unlocked: signalled implies that none is queued but waits for all of several, which this event alone does
///       not satisfy
///   I2  one set() of an auto-reset event ends at most one wait: it is stored, merged into a stored one, or handed over
///   I3  one set() of a manual-reset event ends all waits that are queued at that moment and stays stored
///   I4  a word with a flag is left as it is by every fast transition
///
/// TRANSITIONS (fast: by compare-exchange on the word as it was seen; a slow outcome takes the queue lock and looks again)
///   set      unsignalled -> signalled (stored)   signalled -> signalled (merged)   any flag: unchanged (slow)
///   reset    plain -> unsignalled (done)         only `waiting`: unchanged (done)  other flags: unchanged (slow)
///   take     signalled -> unsignalled, or signalled for manual reset      not signalled: unchanged
///            (waitable::try_take() looks at the flags: nobody overtakes a waiter)
struct event_word {
  static constexpr std::uint64_t unsignalled = 0;
  static constexpr std::uint64_t signalled = std::uint64_t{1} << object_word::value_shift;

  enum class reset : bool { automatic, manual };
  enum class step : std::uint8_t { stored, merged, done, slow };
  struct move {
    std::uint64_t next;
    step outcome;
  };

  static constexpr move on_set(std::uint64_t seen) noexcept {
    if (!object_word::is_plain(seen)) return {seen, step::slow};
    return {signalled, seen == unsignalled ? step::stored : step::merged};
  }

  static constexpr move on_reset(std::uint64_t seen) noexcept {
    if (object_word::is_plain(seen)) return {unsignalled, step::done};
    return {seen, seen == object_word::waiting ? step::done : step::slow};
  }

  static constexpr bool is_signalled(std::uint64_t seen) noexcept { return (seen & signalled) != 0; }

  /// The same word when one wait has taken the signal.
  static constexpr std::uint64_t after_take(std::uint64_t seen, reset kind) noexcept {
    return with_signal(seen, kind == reset::manual);
  }

  /// For the holder of the queue lock: the same word with the signal stored or gone.
  static constexpr std::uint64_t with_signal(std::uint64_t held, bool stored) noexcept {
    return stored ? held | signalled : held & ~signalled;
  }
};

}  // namespace quiesce::inline v0
