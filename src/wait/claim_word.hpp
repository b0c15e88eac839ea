#pragma once

#include <cstddef>
#include <cstdint>

#include "quiesce/wait_result.hpp"

namespace quiesce::inline v0 {

/// STATE WORD  thread_block::claim_     32 bits; initial value open
///
///   bits   name     meaning
///   0-2    reason   0: open, nobody has ended the wait; else 1 + the wait_status it ended with
///   3-31   index    with signalled and abandoned: which of the handles; else zero
///   Who may leave open: any thread, by compare-exchange. Nobody leaves another value.
///   Impossible: open with an index; an index with a reason that takes nothing.
///
/// INVARIANTS
///   I1  the word changes at most once: exactly one of the signallers, the time-out and the stop request ends the wait
///   I2  whoever changed it to signalled holds the queue lock of that handle's object and consumes its signal before
///       letting go; so a signal is consumed if and only if its wait is told. After another end the wait itself may find
///       there what the kernel has not reported yet, and take it before it returns: nobody else looks at the word by then
///
/// TRANSITIONS
///   claim    open -> won(reason, index) (won)      won unchanged (lost)
struct claim_word {
  static constexpr std::uint32_t open = 0;
  static constexpr int index_shift = 3;
  static constexpr std::size_t most_handles = std::size_t{1} << (32 - index_shift);

  enum class step : std::uint8_t { won, lost };
  struct move {
    std::uint32_t next;
    step outcome;
  };

  static constexpr std::uint32_t won(wait_status reason, std::uint32_t index = 0) noexcept {
    return (index << index_shift) | (static_cast<std::uint32_t>(reason) + 1);
  }

  static constexpr move on_claim(std::uint32_t seen, std::uint32_t desired) noexcept {
    if (seen == open) return {desired, step::won};
    return {seen, step::lost};
  }

  static wait_result result(std::uint32_t word) noexcept {
    const auto reason = static_cast<wait_status>((word & ((1u << index_shift) - 1)) - 1);
    const bool taken = reason == wait_status::signalled || reason == wait_status::abandoned;
    return {.status = reason, .index = taken ? word >> index_shift : wait_result::none};
  }
};

}  // namespace quiesce::inline v0
