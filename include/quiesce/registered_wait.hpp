#pragma once

#include <concepts>
#include <cstdint>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

#include "quiesce/callback_scope.hpp"
#include "quiesce/callback_source.hpp"
#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/run_on.hpp"
#include "quiesce/unique_function.hpp"

namespace quiesce::inline v0 {

class thread_pool;

struct wait_options {
  std::string name{};                 ///< for errors and reports
  run_on where = run_on::worker;      ///< which thread makes its callbacks
  priority level = priority::normal;  ///< when they begin, among all that is queued for the workers
  bool overlap = false;               ///< callbacks of this wait may run at the same time on several workers
};

enum class repeat : std::uint8_t { once, until_stopped };

/// A wait whose outcome is a callback on a pool instead of a woken thread. While it waits it uses no thread and no
/// descriptor, however many there are.
///
/// A wait is armed with an object and, if wished, a limit; the signal or the limit, whichever comes first, takes the
/// arming away and makes one callback. The signaller does the work: when its set() returns, the signal is taken and the
/// callback is queued, or marked to follow the one that runs, or, on the signalling thread, has run. So a signal that came
/// before disarm() or stop() is never lost. Callbacks of one wait run one at a time unless it was made to overlap.
///
/// A wait that repeats is armed anew, with the same object and the limit counted from then, when a callback begins, or
/// as soon as none of it is due. Arming it by hand gives it another object.
///
/// With a mutex the callback runs as its owner: from the signal on the mutex is held for the callback, and while that runs
/// its thread owns it. The callback unlocks it, by unlock() or callback_scope::set_on_return; if it does not, the mutex is
/// abandoned at its return. Its result says `abandoned` if that had happened to the mutex before. Who drops a callback gives
/// its mutex back, before that call returns and before the wait has stopped; the next to take it is told what the dropped
/// callback would have been. A wait that repeats queues for a mutex anew when its callback has returned, not when it
/// begins, unless it overlaps: what the callback unlocks is for others, and for itself to take again. Owning the mutex
/// while arming is allowed: the callback comes after the unlock.
/// A callback that blocks until it gets a mutex waits for ever if that is held for a callback which only its own thread
/// could make: on a pool of one thread, on the persistent thread, or because it has armed its own wait with that mutex.
///
/// Stopping: after `stop()` no callback runs and none ever will, though callbacks arm the wait again at any moment and
/// though other threads signal or arm it meanwhile. Whatever the callbacks use may be freed on the next line. Stopping, and
/// waiting for callbacks, is common to all sources of callbacks: see callback_source.
///
/// Lifetime: moves; destruction stops it. The object it was armed with last stays alive until the wait is armed again,
///           disarmed or stopped, and a mutex until its callback has returned or was dropped. The pool may be destroyed
///           first: that stops the wait.
/// Allocates: all that it will ever need, when it is made: arming, firing and stopping allocate nothing and cannot fail.
///            But the first mutex that a thread owns may need what mutex::lock says.
/// Errors:   using a null (moved-from) wait, arming with a null handle, arming a wait on the signalling thread (run_on) with
///           what no program signals, more than 8,388,607 callbacks of one wait that are due and have not begun: bugs of
///           the caller that end the process with the place of the call, since the calls are noexcept. For an exception
///           that leaves a callback see on_exception.
/// Source:   CreateThreadpoolWait and its functions, and RegisterWaitForSingleObject, of Windows.
class registered_wait : public callback_source {
 public:
  /// A wait that is not armed and fires once for each arming.
  /// Errors: std::bad_alloc and what copying the callback throws; std::system_error when the persistent thread is asked
  ///         for and cannot be started. On a pool that is stopping the wait is made stopped: arming it is refused.
  template <class F>
    requires std::invocable<std::decay_t<F>&, callback_scope&>
  registered_wait(thread_pool& pool, F&& callback, wait_options options = {})
      : registered_wait(pool, function(std::forward<F>(callback)), repeat::once, time_limit::none(), options) {}

  registered_wait(registered_wait&&) noexcept = default;
  registered_wait& operator=(registered_wait&&) noexcept = default;

  /// Waits for `object`, for one signal, and at most until `until`: a limit that has passed makes a callback soon that is told
  /// timed_out. An object that is signalled now makes one at once. An arming that has not fired is replaced.
  /// Blocks:  at most for another thread's arming of the same wait, a few instructions. With run_on::signalling_thread an
  ///          object that is signalled now is signalled by this call: the callback has run when it returns.
  /// Orders:  what the signaller did before its signal happens before the callback.
  /// From a callback: of this wait or any other; this is how a callback arms its wait again. Within the callback use
  ///          callback_scope::arm: the variable that holds the wait may not have been written when the first one runs.
  arm_status arm(handle_ref object, deadline until = never,
                 std::source_location where = std::source_location::current()) noexcept;

  /// Takes the arming back, and ends the repetition of a wait that repeats. Callbacks that are due still run.
  /// Returns: false when nothing was armed, because it had fired already or the wait is stopping.
  bool disarm(std::source_location where = std::source_location::current()) noexcept;

 private:
  friend class thread_pool;
  using function = unique_function<void(callback_scope&)>;

  registered_wait(thread_pool& pool, function callback, repeat mode, time_limit again_limit,
                  const wait_options& options);
};

}  // namespace quiesce::inline v0
