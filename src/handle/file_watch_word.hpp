#pragma once

#include <cstdint>

#include "quiesce/object_word.hpp"

namespace quiesce::inline v0 {

/// STATE WORD  waitable::word_ of a file watch      the value of object_word; initially unchanged
///
///   value  name       a wait      meaning                                         who may leave it
///     0    unchanged  blocks      nothing has changed since the last take         the holder of the queue lock
///     1    changed    takes it    something has                                   the holder of the queue lock
///     2    ended      finds it    the directory has gone: no change can be seen   nobody
///                                 any more
///   The flags of the object's word may stand beside each of them.
///
/// INVARIANTS
///   I1  while unlocked: a value other than unchanged implies that none is queued but waits for all of several, which this
///       watch alone does not satisfy
///   I2  a change ends at most one wait: it is stored, merged into a stored one, or handed over
///   I3  after the end every wait is ended, by those that are queued first; nothing of it is ever used up
///
/// TRANSITIONS (all of them under the queue lock)
///   change   unchanged -> changed        changed, ended unchanged
///   end      any -> ended
///   take     changed -> unchanged        ended unchanged        unchanged: not available
struct file_watch_word {
  enum value : std::uint64_t { unchanged, changed, ended };

  static constexpr bool is_available(std::uint64_t word) noexcept { return object_word::value(word) != unchanged; }
  static constexpr bool has_ended(std::uint64_t word) noexcept { return object_word::value(word) == ended; }

  static constexpr std::uint64_t on_change(std::uint64_t held) noexcept {
    return has_ended(held) ? held : object_word::with_value(held, changed);
  }
  static constexpr std::uint64_t on_end(std::uint64_t held) noexcept { return object_word::with_value(held, ended); }

  static constexpr std::uint64_t after_take(std::uint64_t held) noexcept {
    return has_ended(held) ? held : object_word::with_value(held, unchanged);
  }
};

}  // namespace quiesce::inline v0
