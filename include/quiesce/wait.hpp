#pragma once

#include <initializer_list>
#include <source_location>
#include <span>
#include <stop_token>

#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/wait_result.hpp"

namespace quiesce::inline v0 {

using handles = std::span<const handle_ref>;
using handle_list = std::initializer_list<handle_ref>;

/// Waiting, for one object, for any of several, or for all of them. What is common to all functions of this page:
///
/// What a wait takes: an auto-reset event is then unsignalled, a semaphore counts one less, a mutex is owned by the
///   calling thread; a manual-reset event and whatever has ended for good stay as they are.
/// Blocks:   the calling thread, in one futex; never runs callbacks. The `try_` forms do not block, but
///           for waits for all of several: unless all are there and nobody else is concerned with them, they are looked at
///           by one thread of the process at a time. The same holds for try_wait() and try_wait_any() while an object of
///           theirs stands in such a wait of another thread.
/// Returns:  signalled; abandoned, if a mutex was taken whose owner ended without releasing it; or timed_out, or stopped.
///           If what is waited for is there at the moment at which the limit passes or the stop is requested, it is taken.
///           A descriptor is there as soon as it is ready; a file, a signal, a process or a timer when the library's own
///           thread has been told.
///           A wait that took nothing has changed nothing.
/// Limits:   a limit of zero, or one that has passed, only looks. Nothing ends before its limit.
/// Orders:   all before the signals that ended this wait happens before its return.
/// Lifetime: handles are looked at until the wait has queued; they may be closed while it waits.
/// Allocates: nothing up to 64 handles; beyond, a block of memory or two: std::bad_alloc, nothing changed.
/// From a callback: allowed; it blocks the pool's thread. Not for asynchronous signal handlers.
/// Errors:   a null handle anywhere among them, no handle at all: a bug of the caller, std::logic_error with the place,
///           even if another one is signalled. So is a mutex that the caller owns 524,287 times, if it is reached. A wait for
///           a mutex that would never end because its owner waits for this thread ends the process: see mutex::lock().
/// Source:   WaitForSingleObject, WaitForMultipleObjects and SignalObjectAndWait of Windows, without their limit of 64.

/// For one object, or for any of several. It takes the first of the given objects that it finds signalled, in the order
/// in which they are given, and only that one (`index`); every earlier one was unsignalled at some moment of the call. If
/// none is, it queues on all of them and blocks; each object serves those who wait for it first come, first served. The
/// same object may be given twice.
inline wait_result wait(handle_ref object, std::stop_token token = {},
                        std::source_location where = std::source_location::current());
inline wait_result try_wait(handle_ref object, std::source_location where = std::source_location::current());
wait_result wait_for(handle_ref object, time_limit limit, std::stop_token token = {},
                     std::source_location where = std::source_location::current());
wait_result wait_until(handle_ref object, deadline until, std::stop_token token = {},
                       std::source_location where = std::source_location::current());

wait_result wait_any(handles objects, std::stop_token token = {},
                     std::source_location where = std::source_location::current());
wait_result wait_any(handle_list objects, std::stop_token token = {},
                     std::source_location where = std::source_location::current());
wait_result try_wait_any(handles objects, std::source_location where = std::source_location::current());
wait_result try_wait_any(handle_list objects, std::source_location where = std::source_location::current());
wait_result wait_any_for(handles objects, time_limit limit, std::stop_token token = {},
                         std::source_location where = std::source_location::current());
wait_result wait_any_for(handle_list objects, time_limit limit, std::stop_token token = {},
                         std::source_location where = std::source_location::current());
wait_result wait_any_until(handles objects, deadline until, std::stop_token token = {},
                           std::source_location where = std::source_location::current());
wait_result wait_any_until(handle_list objects, deadline until, std::stop_token token = {},
                           std::source_location where = std::source_location::current());

/// For all of several together: takes them in one step at the first instant at which all are signalled, and until then
/// takes none, so that others are not held up by it; nobody can see some of them taken. `index` is none. Of files and
/// signals it is what the library was told last that counts, of a descriptor what the kernel says when it is looked at.
/// An object serves this wait in the order in which it came, if all the others are there at that moment; otherwise those
/// behind it are served. A wait that comes, or whose limit passes, while a descriptor is ready of which nobody has been told
/// yet may be served before those in front of it.
/// Errors:   the same object twice is a bug of the caller, std::logic_error; so is a mutex among them that the thread owns
///           as often as it can, though others are not signalled.
wait_result wait_all(handles objects, std::stop_token token = {},
                     std::source_location where = std::source_location::current());
wait_result wait_all(handle_list objects, std::stop_token token = {},
                     std::source_location where = std::source_location::current());
wait_result try_wait_all(handles objects, std::source_location where = std::source_location::current());
wait_result try_wait_all(handle_list objects, std::source_location where = std::source_location::current());
wait_result wait_all_for(handles objects, time_limit limit, std::stop_token token = {},
                         std::source_location where = std::source_location::current());
wait_result wait_all_for(handle_list objects, time_limit limit, std::stop_token token = {},
                         std::source_location where = std::source_location::current());
wait_result wait_all_until(handles objects, deadline until, std::stop_token token = {},
                           std::source_location where = std::source_location::current());
wait_result wait_all_until(handle_list objects, deadline until, std::stop_token token = {},
                           std::source_location where = std::source_location::current());

/// Signals one object (sets an event, releases a semaphore by one, unlocks a mutex once) and begins to wait for another,
/// in one step: nobody can see the signal without the wait, and whoever the signal releases finds this wait queued. The
/// signal comes first and stays, however the wait ends. Both may be the same object. Callbacks on the signalling thread
/// that the signal makes due run on workers, since this thread waits (run_on); on a pool whose only thread makes this call
/// nobody runs them before the wait has ended.
/// Errors:   something else to signal, or a mutex that the caller does not own: a bug of the caller, std::logic_error. A
///           semaphore at its maximum: std::system_error(std::errc::value_too_large). Then nothing was signalled, and
///           nothing waited for.
wait_result signal_and_wait(handle_ref to_signal, handle_ref to_wait, std::stop_token token = {},
                            std::source_location where = std::source_location::current());
wait_result signal_and_wait_for(handle_ref to_signal, handle_ref to_wait, time_limit limit, std::stop_token token = {},
                                std::source_location where = std::source_location::current());
wait_result signal_and_wait_until(handle_ref to_signal, handle_ref to_wait, deadline until, std::stop_token token = {},
                                  std::source_location where = std::source_location::current());

// What the inline calls do when one look at the object is not enough.
wait_result wait_unless_there(handle_ref object, const std::stop_token& token, const std::source_location& where);
wait_result look_closely(handle_ref object, const std::source_location& where);

inline wait_result wait(handle_ref object, std::stop_token token, std::source_location where) {
  if (object.object() != nullptr && object.object()->try_take_expected() == waitable::glance::taken) {
    return {.status = wait_status::signalled, .index = 0};
  }
  return wait_unless_there(object, token, where);
}

inline wait_result try_wait(handle_ref object, std::source_location where) {
  if (object.object() != nullptr) {
    switch (object.object()->try_take_at_a_glance()) {
      case waitable::glance::taken: return {.status = wait_status::signalled, .index = 0};
      case waitable::glance::nothing: return {.status = wait_status::timed_out};
      case waitable::glance::unsure: break;
    }
  }
  return look_closely(object, where);
}

}  // namespace quiesce::inline v0
