#pragma once

#include "wait/thread_block.hpp"

namespace quiesce::inline v0 {

/// A wait of one thread for any of several objects.
class thread_wait final : private thread_block {
 public:
  /// `places` has room for one waiter for each object and lives as long as this. `where`: the call.
  thread_wait(std::span<const handle_ref> objects, std::span<waiter> places, const std::source_location& where) noexcept
      : thread_block(objects, places, where) {}

  /// Queues on all objects, blocks, leaves the queues. Each object is looked at again under its lock, so a signal that
  /// came since the caller looked is not missed. Nor is a descriptor that is ready when a limit or a stop ends the wait, though
  /// the claim word says that it was ended so.
  wait_result block_until(deadline until, const std::stop_token& token) noexcept;

  /// For a wait for one object: signals `signalled` and begins to wait, in one step. Nobody can see the one without the
  /// other; who is released by the signal finds this wait queued. If it cannot be signalled, `outcome` says why, nothing
  /// has changed, and the result means nothing.
  wait_result signal_and_block_until(waitable& signalled, signal_outcome& outcome, deadline until,
                                     const std::stop_token& token) noexcept;

 private:
  claimed claim(waiter& place, wait_status how) noexcept override;

  bool take_or_append(waiter& place, state_lock& lock) noexcept;
  bool enqueue() noexcept;
  bool signal_and_enqueue(waitable& signalled, signal_outcome& outcome, claimed_waiters& to_tell) noexcept;
  void leave_queues() noexcept;
  wait_result take_what_is_not_told() noexcept;
  wait_result finish() noexcept;
};

}  // namespace quiesce::inline v0
