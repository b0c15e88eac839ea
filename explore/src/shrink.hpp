/// Fewer deviations that lead to the same failure: delta debugging (Zeller, Hildebrandt: Simplifying and Isolating
/// Failure-Inducing Input, IEEE TSE 28(2), 2002), and then single choices that are lower. Knows nothing of how an execution
/// is tried.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace explore {

/// A choice that is not the default one. It is told by the thread that it interrupts and not by its position, so that it
/// stays what it is when another one before it is left out.
struct interruption {
  std::uint8_t thread = 0;   // that made the last step
  std::uint16_t steps = 0;   // that it has made so far
  std::uint32_t choice = 0;  // a step_choice

  friend bool operator==(const interruption&, const interruption&) = default;
};
using interruptions = std::vector<interruption>;

/// Fewer of them; or as many, with lower choices in all.
bool is_smaller(const interruptions& a, const interruptions& b);

/// Tries the candidates in their order. Returns the interruptions that the first failing one really had, which may be fewer
/// than were wanted; nothing if none fails in the same way, or no more may be tried.
using trial = std::function<std::optional<interruptions>(const std::vector<interruptions>&)>;

/// Returns: interruptions that `failing` has been given up for, step by step: each of them fails as far as `attempt` tells,
/// and is smaller than the one before. None of the last can be left out, alone or with one other, unless trials ran out.
interruptions shrink(interruptions failing, const trial& attempt);

}  // namespace explore
