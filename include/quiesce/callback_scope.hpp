#pragma once

#include <cstddef>
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

/// What a callback is handed, and may use until it returns.
class callback_scope {
 public:
  callback_scope(const callback_scope&) = delete;
  callback_scope& operator=(const callback_scope&) = delete;

  /// What ended the wait: signalled, timed_out, or abandoned: a mutex was taken whose owner had ended without unlocking it.
  /// Of a timer timed_out, of a work signalled.
  const wait_result& result() const noexcept { return result_; }

  /// Declares that this callback may run long. From now on it does not count as one that runs, and another thread of
  /// the pool takes its place. Waits of this library declare themselves.
  /// Returns: whether another thread is there; false when the pool has as many as it may, or on its persistent thread, or
  ///          on a thread that is none of its own: then nothing has changed, and what is queued may have to wait for this
  ///          callback.
  bool may_run_long() noexcept;

  /// Arms the registered wait once more, with the same object or another one. See registered_wait::arm.
  /// Errors: in a callback of a work or a timer, and with a null handle: bugs of the caller that end the process.
  arm_status arm(handle_ref object, deadline until = never,
                 std::source_location where = std::source_location::current()) noexcept;

  /// Signals `object` when the callback has returned (sets an event, releases a semaphore by one, unlocks a mutex), and before a stop or a wait for callbacks that waits for this
  /// callback returns. Keeps the object alive until then. Up to four times; one that is given twice is signalled twice.
  /// Errors: a null handle, a fifth one, something else than an event, a semaphore or a mutex; and, at the return, a
  ///         semaphore at its maximum, or a mutex that the callback does not own: bugs of the caller that end the process.
  /// Source: SetEventWhenCallbackReturns of Windows.
  void set_on_return(handle_ref object, std::source_location where = std::source_location::current()) noexcept;

 private:
  friend class registration;
  callback_scope(registration& of, wait_status how) noexcept;
  void act_on_return() noexcept;

  static constexpr std::size_t most_on_return = 4;

  registration& registration_;
  wait_result result_;
  std::size_t count_on_return_ = 0;
  struct at_return {
    waitable* object;  // owned reference
    std::source_location asked;
  };
  at_return on_return_[most_on_return];
};

}  // namespace quiesce::inline v0
