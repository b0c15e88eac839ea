#pragma once

#include <cstdint>

namespace quiesce::inline v0 {

/// STATE WORD  incoming_items::word_      pointer-wide; initial value attended
///
/// What has been pushed to a crew and is not in its run queue yet, and whether a push may leave it at that.
///
///   value          name       meaning                                          who may leave it
///     0            empty      nothing has been pushed since the last take      any thread that pushes; who has the
///                                                                              lock of the crew, to attended
///     an address   some       the item that was pushed last; those before it   any thread that pushes; who has the
///                             follow in a list                                 lock: he takes all
///     1            attended   a push has something else to do: it takes the    who has the lock of the crew
///                             lock, and queues the item itself (may be
///                             stale: legal with nothing to do, not the
///                             reverse)
///   There is no "attended with items": who enters it takes all in the same step.
///
/// INVARIANTS
///   I1  what was pushed is taken by exactly one take or attend, with all that was pushed before it and not taken yet
///   I2  attended is entered and left only under the lock of the crew
///
/// TRANSITIONS
///   push    empty, some -> some (queued)                   attended unchanged (attended)
///   take    some -> empty (all)       empty -> empty (none)         attended unchanged (none)
///   attend  some -> attended (all)    empty -> attended (none)      attended unchanged (none)
///   open    attended -> empty         empty, some unchanged
struct incoming_word {
  static constexpr std::uintptr_t empty = 0;
  static constexpr std::uintptr_t attended = 1;

  static constexpr bool has_items(std::uintptr_t seen) noexcept { return (seen & ~attended) != 0; }

  struct move {
    std::uintptr_t next;
    bool is_queued;  // with push: the item is in the list, before what was seen
  };
  static constexpr move on_push(std::uintptr_t seen, std::uintptr_t item) noexcept {
    return seen == attended ? move{attended, false} : move{item, true};
  }

  static constexpr std::uintptr_t on_take(std::uintptr_t seen) noexcept { return seen == attended ? attended : empty; }
  static constexpr std::uintptr_t on_attend(std::uintptr_t) noexcept { return attended; }
  static constexpr std::uintptr_t on_open(std::uintptr_t seen) noexcept { return seen == attended ? empty : seen; }
};

}  // namespace quiesce::inline v0
