#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

#include "quiesce/callback_scope.hpp"
#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/unique_function.hpp"

namespace quiesce::inline v0 {

class thread_pool;

/// What became of a stop.
enum class stop_status : std::uint8_t {
  stopped,    ///< no callback is running and none will ever run
  deferred,   ///< asked from inside a callback of it, which is not waited for: no other callback of it will begin, and
              ///< `stopped()` tells when those that run, among them the asking one, have returned
  timed_out,  ///< the limit came first; the stop goes on, and `stopped()` tells when it is done
};

struct stop_result {
  stop_status status = stop_status::stopped;
  std::size_t dropped = 0;  ///< callbacks that were due and that this stop took back, because they could not run
};

struct wait_options {
  std::string name{};    ///< for errors and reports
  bool overlap = false;  ///< callbacks of this wait may run at the same time on several workers
};

enum class repeat : std::uint8_t { once, until_stopped };

/// A wait whose outcome is a callback on a pool instead of a woken thread. While it waits it uses no thread and no
/// descriptor, however many there are.
///
/// A wait is armed with an object and, if wished, a limit; the signal or the limit, whichever comes first, takes the
/// arming away and makes one callback. The signaller does the work: when its set() returns, the signal is taken and the
/// callback is queued, or marked to follow the one that runs. So a signal that came before disarm() or stop() is never
/// lost. Callbacks of one wait run one at a time unless it was made to overlap.
///
/// A wait that repeats is armed anew, with the same object and the limit counted from then, when a callback begins, or
/// as soon as none of it is due. Arming it by hand gives it another object.
///
/// Stopping: after `stop()` no callback runs and none ever will, though callbacks arm the wait again at any moment and
/// though other threads signal or arm it meanwhile. Whatever the callbacks use may be freed on the next line.
///
/// Lifetime: moves; destruction stops it. The object it was armed with last stays alive until the wait is armed again,
///           disarmed or stopped. The pool may be destroyed first: that stops the wait.
/// Allocates: all that it will ever need, when it is made: arming, firing and stopping allocate nothing and cannot fail.
/// Errors:   using a null (moved-from) wait, arming with a null handle, more than 8,388,607 callbacks of one wait that
///           are due and have not begun: bugs of the caller that end the process with the place of the call, since the
///           calls are noexcept. An exception that leaves a callback ends the process.
/// Source:   CreateThreadpoolWait and its functions, and RegisterWaitForSingleObject, of Windows.
class registered_wait {
 public:
  /// A wait that is not armed and fires once for each arming.
  /// Errors: std::bad_alloc and what copying the callback throws. On a pool that is stopping the wait is made stopped:
  ///         arming it is refused.
  template <class F>
    requires std::invocable<std::decay_t<F>&, callback_scope&>
  registered_wait(thread_pool& pool, F&& callback, wait_options options = {})
      : registered_wait(pool, function(std::forward<F>(callback)), repeat::once, time_limit::none(), options) {}

  registered_wait(registered_wait&& other) noexcept : registration_(std::exchange(other.registration_, nullptr)) {}
  registered_wait& operator=(registered_wait&& other) noexcept;
  ~registered_wait();

  /// Waits for `object`, for one signal, and at most until `until`: a limit that has passed makes a callback soon that is told
  /// timed_out. An object that is signalled now makes one at once. An arming that has not fired is replaced.
  /// Blocks:  at most for another thread's arming of the same wait, a few instructions.
  /// Orders:  what the signaller did before its signal happens before the callback.
  /// From a callback: of this wait or any other; this is how a callback arms its wait again. Within the callback use
  ///          callback_scope::arm: the variable that holds the wait may not have been written when the first one runs.
  arm_status arm(handle_ref object, deadline until = never,
                 std::source_location where = std::source_location::current()) noexcept;

  /// Takes the arming back, and ends the repetition of a wait that repeats. Callbacks that are due still run.
  /// Returns: false when nothing was armed, because it had fired already or the wait is stopping.
  bool disarm(std::source_location where = std::source_location::current()) noexcept;

  /// Refuses arming from now on, takes the arming back and waits until no callback is due or running. What had fired
  /// before runs first, and is waited for.
  /// Blocks:  until then. From inside a callback of this wait, also when it calls through other code: not at all; the
  ///          answer is deferred, callbacks that were due are dropped and counted. Where every worker of the pool waits
  ///          in a stop, what is due cannot run: it is dropped and counted.
  /// Returns: stopped, or deferred. Any number of threads may stop it at the same time.
  /// Orders:  all that callbacks did, the destruction of the callback included, happens before the return.
  /// Lifetime: the callback and what it captured are destroyed before the return, never under a lock of the library, on
  ///          the thread that ran it last or, if none runs, on the one that stops or that was just arming or disarming.
  ///          What was captured may own this wait or its pool.
  /// From a callback: of another wait: allowed. Two callbacks that stop each other's waits block each other for ever.
  stop_result stop(std::source_location where = std::source_location::current()) noexcept;

  /// stop(), but gives up waiting after `limit`.
  stop_result stop_for(time_limit limit, std::source_location where = std::source_location::current()) noexcept;

  /// stop() without the waiting: stopped() tells when it is done. What had fired still runs, also when a callback of
  /// this wait asks.
  void request_stop(std::source_location where = std::source_location::current()) noexcept;

  /// Signalled, for good, when the promise of stop() holds. Lives as long as this wait; wait for it, do not keep it.
  handle_ref stopped(std::source_location where = std::source_location::current()) const noexcept;

 private:
  friend class thread_pool;
  using function = unique_function<void(callback_scope&)>;

  registered_wait(thread_pool& pool, function callback, repeat mode, time_limit again_limit,
                  const wait_options& options);
  registration& checked(const std::source_location& where) const noexcept;

  registration* registration_;
};

}  // namespace quiesce::inline v0
