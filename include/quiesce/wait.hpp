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

/// Waiting, for one object or for any of several. What is common to all functions of this page:
///
/// What a wait does: it takes the first of the given objects that it finds signalled, in the order in which they are
///   given, and only that one: an auto-reset event is then unsignalled, a manual-reset event stays as it is. If none is,
///   it queues on all of them and blocks; each object serves those who wait for it first come, first served.
/// Blocks:   the calling thread, in one futex; never runs callbacks. The `try_` forms do not block.
/// Returns:  which object was taken (`index`); or timed_out, or stopped. If an object is signalled at the moment at which
///           the limit passes or the stop is requested, signalled. A wait that took nothing has changed nothing.
/// Limits:   a limit of zero, or one that has passed, only looks. Nothing ends before its limit.
/// Orders:   all before the set() that ended this wait happens before its return.
/// Lifetime: handles are looked at until the wait has queued; they may be closed while it waits.
/// Allocates: nothing up to 64 handles; beyond, one block of memory: std::bad_alloc, nothing changed.
/// From a callback: allowed; it blocks the pool's thread.
/// Errors:   a null handle anywhere among them, no handle at all: a bug of the caller, std::logic_error with the place,
///           even if another one is signalled. The same object may be given twice.
/// Source:   WaitForSingleObject and WaitForMultipleObjects of Windows, without their limit of 64.

wait_result wait(handle_ref object, std::stop_token token = {},
                 std::source_location where = std::source_location::current());
wait_result try_wait(handle_ref object, std::source_location where = std::source_location::current());
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

}  // namespace quiesce::inline v0
