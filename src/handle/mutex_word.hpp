#pragma once

#include <cstdint>

#include "quiesce/object_word.hpp"

namespace quiesce::inline v0 {

/// STATE WORD  waitable::word_ of a mutex      the value of object_word; initially free
///
///   bits of the word   name     meaning                                          who may change it
///   8-26               depth    how often the owner has taken it and not given   free: any thread, by compare-exchange on
///                               it back                                          the plain word, or the holder of the
///   27                 orphan   no handle is left, the owner has to destroy it   queue lock in a waiter's name;
///   28-63              owner    the number of the thread that owns it, or        owned: the owner; orphan: who drops the
///                               `callback`: a registered wait holds it for a     last reference, with the queue lock;
///                               callback that is due                             held: who begins or drops that callback,
///                                                                                with the queue lock
///   Free is a value of zero. Impossible: an owner without a depth, a depth or an orphan without an owner; free with
///   `waiting` and without `enrolled`, while unlocked; `abandoned` with an owner; held more than once, or an orphan.
///
/// INVARIANTS
///   I1  while unlocked: free implies that none is queued but waits for all of several, which this mutex alone does not
///       satisfy
///   I2  from taking it first to giving it back last the word names the same owner, so a thread that reads its own number
///       there owns the mutex, and one that reads another number does not
///   I3  with an owner the mutex stands in that thread's list of what it owns, from the moment at which the thread knows
///   I4  an orphan has no reference: only its owner reaches it, through that list
///   I5  while it is held it is nobody's: it stands in the list of one registered wait, which owns a reference of it until
///       the callback has returned or was dropped. No thread has the number `callback`, so nobody takes it or gives it back
///
/// TRANSITIONS
///   take        free -> owned once (taken)      by the owner: depth + 1 (taken), or at the deepest unchanged (too often)
///               owned by another: unchanged (held)      free or own with a flag: unchanged (slow)
///   give back   depth > 1 -> depth - 1 (kept)   plain, depth 1 -> free (freed)   depth 1 or more with a flag: (slow)
///               not the owner: unchanged (not owned)
///   a registered wait, under the lock:  take: free -> held    begin: held -> owned once    drop: held -> free
struct mutex_word {
  static constexpr int depth_shift = object_word::value_shift;
  static constexpr int orphan_shift = 27;
  static constexpr int owner_shift = 28;
  static constexpr std::uint64_t one_depth = std::uint64_t{1} << depth_shift;
  static constexpr std::uint64_t deepest = (std::uint64_t{1} << (orphan_shift - depth_shift)) - 1;
  static constexpr std::uint64_t orphan = std::uint64_t{1} << orphan_shift;
  static constexpr std::uint64_t callback = (std::uint64_t{1} << (64 - owner_shift)) - 1;
  static constexpr std::uint64_t last_owner = callback - 1;
  static constexpr std::uint64_t registered_wait = 0;  // as a taker: none that owns it already

  enum class step : std::uint8_t { taken, too_often, held, slow, kept, freed, not_owned };
  struct move {
    std::uint64_t next;
    step outcome;
  };

  static constexpr std::uint64_t owner(std::uint64_t word) noexcept { return word >> owner_shift; }
  static constexpr std::uint64_t depth(std::uint64_t word) noexcept { return (word >> depth_shift) & deepest; }
  static constexpr bool is_orphan(std::uint64_t word) noexcept { return (word & orphan) != 0; }
  static constexpr std::uint64_t flags_of(std::uint64_t word) noexcept { return word & object_word::flags; }

  static constexpr bool is_available(std::uint64_t word, std::uint64_t taker) noexcept {
    return owner(word) == 0 || (owner(word) == taker && depth(word) != deepest);
  }

  /// For the holder of the queue lock, and of a word for which is_available() answered true.
  static constexpr std::uint64_t after_take(std::uint64_t word, std::uint64_t taker) noexcept {
    if (owner(word) != 0) return word + one_depth;
    return owned_once(word, taker == registered_wait ? callback : taker);
  }

  /// A word that is held or owned becomes another thread's. For the holder of the queue lock.
  static constexpr std::uint64_t owned_once(std::uint64_t word, std::uint64_t by) noexcept {
    return flags_of(word) | (by << owner_shift) | one_depth;
  }

  /// Free, however often it was taken; the next take is told `abandoned` if asked for. For the holder of the queue lock.
  static constexpr std::uint64_t freed(std::uint64_t word, bool abandoned) noexcept {
    return flags_of(word) | (abandoned ? object_word::abandoned : 0);
  }

  static constexpr move on_take(std::uint64_t seen, std::uint64_t taker) noexcept {
    if (owner(seen) != 0 && owner(seen) != taker) return {seen, step::held};
    if (owner(seen) == taker && depth(seen) == deepest) return {seen, step::too_often};
    if (!object_word::is_plain(seen)) return {seen, step::slow};
    return {after_take(seen, taker), step::taken};
  }

  /// For the holder of the queue lock.
  static constexpr move on_give_back_locked(std::uint64_t held, std::uint64_t giver) noexcept {
    if (owner(held) != giver) return {held, step::not_owned};
    if (depth(held) != 1) return {held - one_depth, step::kept};
    return {flags_of(held), step::freed};
  }

  static constexpr move on_give_back(std::uint64_t seen, std::uint64_t giver) noexcept {
    const move locked = on_give_back_locked(seen, giver);
    if (locked.outcome == step::not_owned || object_word::is_plain(seen)) return locked;
    return {seen, step::slow};
  }
};

}  // namespace quiesce::inline v0
