#pragma once

#include <chrono>
#include <cstdint>

#include "base/pairing_heap.hpp"
#include "quiesce/deadline.hpp"

namespace quiesce::inline v0::reactor {

/// Something that is told when a deadline has passed. An expiry has two steps, since what decides whether it counts
/// (and keeps the entry alive) must not be overtaken by a cancel(), and what is done about it must not run under a lock:
///
///   idle       --schedule()-->             scheduled
///   scheduled  --cancel(): true-->         idle
///   scheduled  --claim_expiry(): false-->  idle
///   scheduled  --claim_expiry(): true-->   idle, and tell_expiry() follows
///
/// An idle entry may be scheduled anew, also while its tell_expiry() is still to come; that one then belongs to the
/// earlier schedule(). There is never more than one to come. Whoever answered true keeps the entry alive until
/// tell_expiry() begins. Whoever cancels and hears false learns from his own records whether the expiry was claimed.
///
/// The last cancel() before the entry ends stands no later than in the body of the destructor of the class that
/// overrides these functions: further down, a claim_expiry() that is under way would meet the wrong class.
class deadline_entry : public base::pairing_heap_node {
 public:
  /// The deadline has passed. Returns whether somebody still cares. Called on the reactor's thread under the lock of
  /// all deadlines: no more than an atomic operation or two, and no lock.
  virtual bool claim_expiry() noexcept = 0;

  /// Follows a claim_expiry() that returned true. Called on the reactor's thread with no lock held. The reactor does
  /// not touch the entry afterwards: it may end inside.
  virtual void tell_expiry() noexcept = 0;

 protected:
  ~deadline_entry() = default;

  /// What the last schedule() was given: for who schedules it. A window that reached beyond the end of time ends there.
  deadline last_due() const noexcept {
    const std::chrono::nanoseconds since_epoch(earliest_);
    switch (on_) {
      case deadline::clock::steady: return std::chrono::steady_clock::time_point(since_epoch);
      case deadline::clock::system: return std::chrono::system_clock::time_point(since_epoch);
      case deadline::clock::never: break;
    }
    return never;
  }
  std::chrono::nanoseconds last_window() const noexcept { return std::chrono::nanoseconds(due_ - earliest_); }

 private:
  friend class deadlines;

  // Written by schedule(), under the lock of the deadlines.
  std::int64_t due_ = 0;                         // nanoseconds since that clock's epoch: when the reactor has to look
  std::int64_t earliest_ = 0;                    // the same: from when on it may expire if the reactor is there already
  deadline::clock on_ = deadline::clock::never;  // never: not scheduled yet

  bool is_scheduled_ = false;               // guarded by that lock
  deadline_entry* next_claimed_ = nullptr;  // the reactor's thread's own, from the claim to the telling
};

}  // namespace quiesce::inline v0::reactor
