#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "quiesce/deadline.hpp"

namespace quiesce::inline v0 {

/// After `due`, the next moment of a period that has not passed: those that were slept through have merged into the one of
/// now. Always on the steady clock.
inline deadline next_due(deadline due, std::chrono::nanoseconds period) noexcept {
  const std::chrono::nanoseconds now = std::chrono::steady_clock::now().time_since_epoch();
  const std::chrono::nanoseconds last =
      due.on() == deadline::clock::steady ? std::min(std::chrono::nanoseconds(due.nanoseconds()), now) : now;
  const std::int64_t behind = (now - last) / period;
  if (period > std::chrono::nanoseconds::max() - now) return never;
  return std::chrono::steady_clock::time_point(last + behind * period + period);
}

}  // namespace quiesce::inline v0
