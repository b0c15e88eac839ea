#pragma once

#include <cstdint>

namespace quiesce::inline v0 {

/// STATE WORD  waitable::word_      64 bits; initial value: no flag, the value that the kind of object starts with
///
/// The lock of an object's queue and the object's state stand in one word. So the store that ends a locked step also
/// publishes the new state, and there is no moment at which a waiter can take a signal, return and destroy the object
/// while the signaller still has an unlock before him.
///
///   bits   name       meaning                                        who may change it
///   0      locked     somebody holds the lock of the queue           set: any thread, by compare-exchange on a word
///                                                                    without it; cleared: the holder, by exchange
///   1      contended  a thread sleeps, or is about to, on the lock   set: any thread while locked; cleared: the holder,
///                     (may be stale: legal to be set with nobody     by the exchange that unlocks
///                     asleep, illegal to be clear with a sleeper)
///   2      waiting    the queue is not empty                         the holder
///   3      enrolled   the object stands still: a wait for all of     the holder, who also holds the wide lock
///                     several, or a signal-and-wait, looks at it
///                     together with others
///   4      abandoned  the next wait that takes the object is told    the holder
///                     that its owner ended without releasing it
///   5-7    -          always zero
///   8-63   value      the state of the kind of object (event_word)   without flags: any thread, by compare-exchange;
///                                                                    locked: the holder
///
///   Impossible: contended without locked, outside the two instructions of a lock operation.
///
/// INVARIANTS
///   I1  while unlocked: `waiting` is set if and only if the queue is not empty
///   I2  while locked: nobody but the holder changes any bit but `contended`
///   I3  a thread asleep on the lock implies `contended`: a woken one sets it again, since others may still sleep
///   I4  while unlocked: `enrolled` is set if and only if the object's count of enrolments is not zero
///   I5  while enrolled: the value changes only in the hands of who holds the wide lock too. So whoever holds that lock
///       may look at several enrolled objects one after the other, and what he sees holds for all of them together
///
/// TRANSITIONS
///   lock     not locked -> locked (acquired), with `contended` if the caller has slept;  locked -> contended (held)
///   unlock   locked -> the holder's value and `abandoned`, with `waiting` and `enrolled` as the queue and the count say,
///            neither locked nor contended; a `contended` that the exchange finds obliges the holder to wake one sleeper
struct object_word {
  static constexpr std::uint64_t locked = 1;
  static constexpr std::uint64_t contended = 2;
  static constexpr std::uint64_t waiting = 4;
  static constexpr std::uint64_t enrolled = 8;
  static constexpr std::uint64_t abandoned = 16;
  static constexpr std::uint64_t flags = 0xff;
  static constexpr int value_shift = 8;
  static constexpr std::uint64_t one = std::uint64_t{1} << value_shift;  // the value 1

  enum class lock_step : std::uint8_t { acquired, held };
  struct lock_move {
    std::uint64_t next;
    lock_step step;
  };

  static constexpr lock_move on_lock(std::uint64_t seen, bool has_slept) noexcept {
    if ((seen & locked) != 0) return {seen | contended, lock_step::held};
    return {seen | locked | (has_slept ? contended : 0), lock_step::acquired};
  }

  /// What the holder publishes: his value, whether he leaves waiters behind, and whether the object is enrolled.
  static constexpr std::uint64_t on_unlock(std::uint64_t held, bool has_waiters, bool is_enrolled) noexcept {
    return (held & ~(locked | contended | waiting | enrolled)) | (has_waiters ? waiting : 0) |
           (is_enrolled ? enrolled : 0);
  }

  static constexpr bool is_plain(std::uint64_t seen) noexcept { return (seen & flags) == 0; }
  static constexpr std::uint64_t value(std::uint64_t seen) noexcept { return seen >> value_shift; }
  static constexpr std::uint64_t with_value(std::uint64_t seen, std::uint64_t value) noexcept {
    return (seen & flags) | (value << value_shift);
  }
};

}  // namespace quiesce::inline v0
