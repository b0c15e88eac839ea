#pragma once

#include <source_location>

#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

/// A mutex that can stand in every wait: owned by a thread, which may take it again, 524,287 times in all, and has to give
/// it back as often. std::unique_lock and std::lock_guard work on it.
///
/// When its owner ends without giving it back, the mutex is free, and the next wait that takes it says `abandoned`: what it
/// guards may be half changed. lock() and its kind take it as well and do not say so. A thread's mutexes are abandoned in
/// the reverse order in which it took them, after its thread_local variables have been destroyed; when the process ends
/// none is, nor is one that the destructor of a thread-specific key takes in the last of its four rounds.
///
/// A registered wait takes it for its callback. While that is due the mutex is held: no thread's, and not free. The thread
/// that makes the callback owns it from the begin on, may take it again and unlock it. If it still owns the mutex when the
/// callback has returned, the mutex is abandoned, as by a thread that ends. A callback that is dropped before it begins
/// gives the mutex back as it was. See registered_wait.
///
/// From a callback: allowed; another mutex that a callback has taken and not given back is abandoned when its worker ends.
///           Not for asynchronous signal handlers.
/// Lifetime: the last handle may be closed by the owner, or while another thread owns it; its memory is then kept until
///           the owner ends, or the callback that took it returns.
/// Errors:   using a null mutex is a bug of the caller, std::logic_error with the place.
/// Source:   CreateMutex of Windows.
class mutex : public handle {
 public:
  /// Errors: std::bad_alloc; std::system_error when the system has no thread-specific key left.
  mutex();

  /// Another handle to the same mutex.
  [[nodiscard]] mutex duplicate() const noexcept { return mutex(shared()); }

  /// Takes it, at once if it is free or the caller's; those who wait are served first come, first served.
  /// Blocks:  until then.
  /// Orders:  all that earlier owners did before they gave it back happens before the return.
  /// Allocates: nothing; for a thread's first mutex the C library may, in a process with more than 32 thread-specific keys,
  ///          and ends the process if it cannot.
  /// Errors:  taken 524,287 times already: a bug of the caller, std::logic_error, nothing changed. Where the owner waits for
  ///          something that waits for this thread, directly or not, nobody would ever go on: the owner stops a source
  ///          whose callback this is, or waits for a mutex of this thread. This bug of the callers ends the process with
  ///          the circle, in waits for this mutex alone or for all of several too, if no wait in it has a limit or a stop
  ///          token.
  void lock(std::source_location where = std::source_location::current());

  /// lock() without blocking, but as try_wait() while the mutex stands in a wait for all of several. Returns whether it
  /// was taken.
  bool try_lock(std::source_location where = std::source_location::current());

  /// lock(), but gives up when `limit` or `until` has passed. Returns whether it was taken.
  bool try_lock_for(time_limit limit, std::source_location where = std::source_location::current()) {
    return try_lock_until(limit, where);
  }
  bool try_lock_until(deadline until, std::source_location where = std::source_location::current());

  /// Gives it back once. The last time it goes to the first who waits; if that is a callback on the signalling thread, it
  /// runs in this call (run_on).
  /// Errors: the caller does not own it: a bug of the caller, std::logic_error, nothing changed.
  void unlock(std::source_location where = std::source_location::current());

 private:
  explicit mutex(waitable* owned) noexcept : handle(owned) {}
};

}  // namespace quiesce::inline v0
