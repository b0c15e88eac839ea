#pragma once

#include <cstdint>
#include <source_location>

#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/wait_result.hpp"

namespace quiesce::inline v0 {

class registration;

/// What became of an arming.
enum class arm_status : std::uint8_t {
  armed,     ///< a signal or the limit will make one callback (or has made it already)
  replaced,  ///< the same, and an earlier arming that had not fired is gone, its signal not taken
  refused,   ///< the wait is stopping or has stopped: nothing was changed, no callback will come of it
};

/// What a callback of a registered wait is handed, and may use until it returns.
class callback_scope {
 public:
  callback_scope(const callback_scope&) = delete;
  callback_scope& operator=(const callback_scope&) = delete;

  /// What ended the wait: signalled or timed_out.
  const wait_result& result() const noexcept { return result_; }

  /// Arms the wait once more, with the same object or another one. See registered_wait::arm.
  arm_status arm(handle_ref object, deadline until = never,
                 std::source_location where = std::source_location::current()) noexcept;

 private:
  friend class registration;
  callback_scope(registration& of, wait_status how) noexcept;

  registration& registration_;
  wait_result result_;
};

}  // namespace quiesce::inline v0
