#pragma once

#include <cstdint>
#include <source_location>

#include "handle/local_event.hpp"
#include "quiesce/callback_source.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/wait_result.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

/// A thread that waits, inside callbacks, for the callbacks of something else to end. All of them stand in one list of the
/// process: a graph of who waits for whom, in which a circle would wait for ever. Threads that are inside no callback hold
/// nobody up, and do not enter it.
///
///   I1  a thread enters and looks for a circle under one hold of the lock; so of all that close a circle the last sees it
///   I2  the frames of a thread in the list do not change: it is blocked
///   I3  there is no circle in the list when the lock is free, but through one that has been deferred and is about to leave
class blocked_stop {
 public:
  enum class kind : std::uint8_t {
    stop,        // may be answered deferred
    destructor,  // may not: what the callbacks use goes with it
    callbacks,   // a wait for callbacks, which has no other answer either
  };

  /// `target`: the registration or pool whose callbacks have to end. `number`, with callbacks: of that wait.
  /// If this closes a circle, all that stand in it are deferred; if one of them cannot be, the process ends.
  /// `where`: the call, for that case.
  blocked_stop(const void* target, kind what, const std::source_location& where,
               std::uint64_t number = ~std::uint64_t{0}) noexcept;
  blocked_stop(const blocked_stop&) = delete;
  blocked_stop& operator=(const blocked_stop&) = delete;
  ~blocked_stop();

  /// Signalled when the wait stands in a circle: it must not go on.
  handle_ref deferral() noexcept { return handle_ref(deferred_); }
  bool is_deferred() noexcept { return deferred_.try_take() == take_outcome::taken; }

  /// What to answer after a wait for deferral() or the end. All that stand in a circle are deferred, though the first of
  /// them that goes on may bring the end of another one before that has looked.
  stop_status answer(const wait_result& ended) noexcept {
    if (is_deferred()) return stop_status::deferred;
    return ended ? stop_status::stopped : stop_status::timed_out;
  }

 private:
  bool is_held_up_by(const callback_frame* innermost) const noexcept;
  bool closes_circle(blocked_stop& newcomer) noexcept;
  void defer() noexcept;

  const void* const target_;
  const std::uint64_t number_;
  const kind kind_;
  const std::source_location where_;
  const callback_frame* const frames_;  // of the thread
  bool is_deferred_ = false;
  bool is_visited_ = false;  // during one search
  bool in_circle_ = false;   // the same
  blocked_stop* next_ = nullptr;
  blocked_stop** previous_ = nullptr;
  local_event deferred_;  // set under the lock, and only while the stop stands in the list
};

}  // namespace quiesce::inline v0
