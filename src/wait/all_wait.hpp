#pragma once

#include "wait/thread_block.hpp"

namespace quiesce::inline v0 {

class state_lock;

/// A wait of one thread for all of several objects together.
///
///   I1  from its enrolling to its leaving each of its objects is enrolled, so they stand still for whoever holds the
///       wide lock
///   I2  whoever makes one of them available looks, before letting go of the wide lock, whether all are; so the wait ends
///       at the first instant at which they are, and nobody sees some of them taken
///   I3  it enrols and leaves within one hold of the wide lock each
class all_wait final : private thread_block {
 public:
  /// `places` has room for one waiter for each object and lives as long as this. No object stands in it twice. `where`:
  /// the call.
  all_wait(std::span<const handle_ref> objects, std::span<waiter> places, const std::source_location& where) noexcept
      : thread_block(objects, places, where) {}

  /// Takes all of them if they are available now; does not block. Returns timed_out otherwise.
  wait_result try_once() noexcept;

  wait_result block_until(deadline until, const std::stop_token& token) noexcept;

  /// By whoever changed the object of `place`, whose lock is `held` together with the wide lock: ends the wait if all its
  /// objects are available, and takes them.
  void try_complete(waiter& place, state_lock& held, claimed_waiters& to_tell) noexcept;

 private:
  claimed claim(waiter& place, wait_status how) noexcept override;

  bool enter(bool may_block) noexcept;
  void leave() noexcept;
  wait_result take_what_is_not_told() noexcept;
  wait_result finish(wait_result result) noexcept;
};

}  // namespace quiesce::inline v0
