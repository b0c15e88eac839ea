#pragma once

#include <cstdint>

#include "os/clock.hpp"
#include "os/unique_fd.hpp"

namespace quiesce::inline v0::os {

/// A descriptor that becomes readable at one moment of a clock. On the system clock the moment follows the clock when
/// that is set.
class timer_fd {
 public:
  /// Errors: std::system_error.
  explicit timer_fd(clock_id clock);

  int get() const noexcept { return fd_.get(); }

  /// Readable from `when` on (nanoseconds since the clock's epoch), at once if that has passed. Replaces what was set
  /// before, and with it a readiness that was not drained yet. May be called by any thread.
  void set(std::int64_t when) noexcept;

  /// Not readable any more, until the next moment that is set.
  void drain() noexcept;

 private:
  unique_fd fd_;
};

}  // namespace quiesce::inline v0::os
