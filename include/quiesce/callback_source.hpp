#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

class registration;

/// What became of a stop.
enum class stop_status : std::uint8_t {
  stopped,   ///< no callback is running and none will ever run
  deferred,  ///< asked from inside a callback of it, which is not waited for: no other callback of it will begin, and
  ///< `stopped()` tells when those that run, among them the asking one, have returned. Or callbacks stop each
  ///< other in a circle, each waiting for the next: what had fired still runs, and `stopped()` tells its end
  timed_out,  ///< the limit came first; the stop goes on, and `stopped()` tells when it is done
};

struct stop_result {
  stop_status status = stop_status::stopped;
  std::size_t dropped = 0;  ///< callbacks that were due and that this stop took back, because they could not run
};

/// One callback in flight: queued, or running.
struct callback_info {
  std::string name{};                      ///< of the wait, work or timer; empty when it has none
  std::chrono::nanoseconds running_for{};  ///< to a few milliseconds; zero while it is queued
  std::uint64_t thread = 0;                ///< the kernel's number of the thread it runs on; 0 while it is queued
};

/// What becomes of callbacks that are due and have not begun.
enum class pending : std::uint8_t {
  run,     ///< they run
  cancel,  ///< they are taken back: their signals stay taken, but mutexes are given back, and they will not run
};

/// What everything that makes callbacks on a pool has in common: how it is stopped, and how one waits for its callbacks.
/// The sources are registered_wait, pool_work and pool_timer.
///
/// After `stop()` no callback runs and none ever will, though callbacks arm or submit their source again at any moment
/// and though other threads use it meanwhile. Whatever the callbacks use may be freed on the next line.
///
/// Lifetime: moves; destruction stops, and so does assignment, before it moves. If what the callback captured owned the handle
///           that is assigned to, that is gone then, and the other one is left as it was. The pool may be destroyed first:
///           that stops all its sources.
///           When the code of a callback lies in a shared library that was loaded at run time (of a pointer to a function:
///           when the function does), the source keeps that library loaded until the callback is destroyed. So dlclose()
///           cannot take away code that runs or is due, also when the callback itself calls it. When a stop of the
///           source, its group or its pool returns, its hold is gone, or another thread, which returns from a stop at the
///           same time, is just letting go of it. Where no stop is waited for, it goes with the next stop that is, or soon
///           after the source, or its pool, was destroyed. A variable of the library that holds a source has to be stopped
///           before: it would keep the library for ever. A library that holds a copy of this one, as a plug-in does that
///           links it, is never unloaded.
///           What counts is where the code of the callable itself lies, as it was given. A std::function and its like
///           have theirs in whoever gives them: what they call in their turn is not looked at. Take from a library a
///           lambda or a pointer to a function, or keep the library loaded yourself.
/// Errors:   using a null (moved-from) source is a bug of the caller; the calls are noexcept, so it ends the process with
///           the place of the call.
class callback_source {
 public:
  /// Waits until all callbacks that are due or running at the call are over. Changes nothing else: an arming stays, what
  /// fires during the call is not waited for. With pending::cancel those that have not begun are taken back first.
  /// Blocks:  until then. A repeating wait whose event stays set does not hold it up. What no thread can run any more, by
  ///          the rule of stop(), is taken back.
  /// Orders:  all that those callbacks did, and what they asked for at their return, happens before the return.
  /// From a callback: of another source: allowed. Inside a callback of this one, and where callbacks wait for each other
  ///          in a circle: a bug of the caller that ends the process. For mutexes that the caller owns see stop().
  /// A stop can be written with this: disarm(), wait_for_callbacks(), free what the callbacks use. It is right only if no
  /// callback arms the wait again; stop() has no such condition.
  /// Source:  WaitForThreadpoolWaitCallbacks of Windows and its like.
  void wait_for_callbacks(pending what = pending::run,
                          std::source_location where = std::source_location::current()) noexcept;

  /// Refuses arming and submitting from now on, takes an arming back and waits until no callback is due or running. What
  /// had fired before runs first, and is waited for.
  /// Blocks:  until then. From inside a callback of this source, also when it calls through other code: not at all; the
  ///          answer is deferred, callbacks that were due are dropped and counted. Where every thread that could run
  ///          what is due waits in a stop or for a mutex, directly or not for this stop, and the pool can have no other
  ///          thread, it is dropped and counted.
  /// Returns: stopped, or deferred. Any number of threads may stop it at the same time.
  /// Orders:  all that callbacks did, the destruction of the callback included, happens before the return.
  /// Lifetime: the callback and what it captured are destroyed before the return, never under a lock of the library, on
  ///          the thread that ran it last or, if none runs, on the one that stops or that was just arming or disarming.
  ///          What was captured may own this source or its pool.
  /// From a callback: of another source: allowed. Callbacks that stop each other's sources in a circle are not waited
  ///          for: each of these stops is answered deferred. Destroying a source in such a circle ends the process.
  /// Errors:  to own a lock that a callback waits for is a deadlock, which no library can resolve. With a quiesce::mutex
  ///          for which the callback waits alone, or for all of several, without a limit or a stop token, it is a bug of the
  ///          caller that ends the process: the report names the source, the mutex and the places. With other locks and
  ///          waits, and after request_stop() in a wait for stopped(), this blocks for ever; stop_for() and in_flight()
  ///          tell whom it waits for. So it does when the thread that could run what is due waits for a mutex that is
  ///          held for a callback which is due itself (see registered_wait).
  stop_result stop(std::source_location where = std::source_location::current()) noexcept;

  /// stop(), but gives up waiting after `limit`. A circle of waits through a mutex is left to the limit.
  stop_result stop_for(time_limit limit, std::source_location where = std::source_location::current()) noexcept;

  /// stop() without the waiting: stopped() tells when it is done. What had fired still runs, also when a callback of
  /// this source asks. If none runs or is due, what the callback captured is destroyed by this call: own no lock that its
  /// destructors take.
  void request_stop(std::source_location where = std::source_location::current()) noexcept;

  /// Signalled, for good, when the promise of stop() holds. Lives as long as this source; wait for it, do not keep it.
  handle_ref stopped(std::source_location where = std::source_location::current()) const noexcept;

  /// Who holds a stop up: the callbacks that run, then those that are due. A moment later it may be others.
  /// Allocates: the list; throws std::bad_alloc.
  std::vector<callback_info> in_flight(std::source_location where = std::source_location::current()) const;

 protected:
  explicit callback_source(registration& owned) noexcept : registration_(&owned) {}
  callback_source(callback_source&& other) noexcept : registration_(std::exchange(other.registration_, nullptr)) {}
  callback_source& operator=(callback_source&& other) noexcept;
  ~callback_source();

  registration& checked(const std::source_location& where) const noexcept;

 private:
  friend class stop_group;

  registration* registration_;
};

}  // namespace quiesce::inline v0
