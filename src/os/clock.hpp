#pragma once

#include <time.h>

#include <cstdint>

namespace quiesce::inline v0::os {

/// The clocks that deadlines stand on: the same as std::chrono's of these names, as nanoseconds since their epochs.
enum class clock_id : std::uint8_t { steady, system };

/// The kernel's name of the clock.
clockid_t kernel_clock(clock_id clock) noexcept;

std::int64_t now(clock_id clock) noexcept;

/// The steady clock as it was at the last tick of the kernel, a few milliseconds ago at most: cheaper to read.
std::int64_t now_roughly() noexcept;

/// Rounds nothing; the fraction of a moment before the epoch is counted up from the second before it.
timespec to_timespec(std::int64_t nanoseconds) noexcept;

}  // namespace quiesce::inline v0::os
