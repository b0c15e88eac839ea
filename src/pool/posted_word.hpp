#pragma once

#include <cstddef>
#include <cstdint>

namespace quiesce::inline v0 {

/// STATE WORD  pool_core::posted_      64 bits; initial value 0: open, nothing posted
///
/// The posted functions of one pool that have not ended, and whether more are accepted. They are counted apart from all
/// else that a pool counts, so that a post and its end take no lock for it.
///
///   bits   name      meaning                                       who may change it
///   0      closing   the pool is stopping: nothing is accepted;    set: who asks first for the stop of the pool, with its
///                    never cleared                                 lock held
///   1-63   count     functions that were accepted and have not     more: any thread, while not closing; less: who has run
///                    ended                                         one of them
///
/// INVARIANTS
///   I1  with closing set the count only falls
///   I2  at most one step finds closing set and leaves the count zero: the close that found nothing posted, or the end of
///       the last one. From then on the word does not change
///   I3  while the count is not zero the pool has not stopped. So who has to end one may touch the pool until that step;
///       and after it only when that step was the last, since the pool then waits for what he does next
///
/// TRANSITIONS
///   accept   open -> count + 1 (accepted)                   closing unchanged (refused)
///   end      count -> count - 1 (open, or closing)          closing with one left -> none (last)
///   close    open, none -> closing (nothing_left)           open, some -> closing (some_left)
///            closing unchanged (joined)
struct posted_word {
  static constexpr std::uint64_t closing = 1;
  static constexpr std::uint64_t one = 2;

  enum class step : std::uint8_t { accepted, refused, open, closing, last, nothing_left, some_left, joined };
  struct move {
    std::uint64_t next;
    step outcome;
  };

  static constexpr std::size_t count(std::uint64_t word) noexcept { return static_cast<std::size_t>(word / one); }

  static constexpr move on_accept(std::uint64_t seen) noexcept {
    if ((seen & closing) != 0) return {seen, step::refused};
    return {seen + one, step::accepted};
  }

  /// Only by who has run one that was accepted.
  static constexpr move on_end(std::uint64_t seen) noexcept {
    const std::uint64_t next = seen - one;
    if ((next & closing) == 0) return {next, step::open};
    return {next, count(next) == 0 ? step::last : step::closing};
  }

  static constexpr move on_close(std::uint64_t seen) noexcept {
    if ((seen & closing) != 0) return {seen, step::joined};
    return {seen | closing, count(seen) == 0 ? step::nothing_left : step::some_left};
  }
};

}  // namespace quiesce::inline v0
