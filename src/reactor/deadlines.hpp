#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>

#include "base/timing_wheel.hpp"
#include "os/timer_fd.hpp"
#include "quiesce/deadline.hpp"
#include "reactor/deadline_entry.hpp"

namespace quiesce::inline v0::reactor {

/// All deadlines of the process that are not waited out by a sleeping thread. Nothing allocates, and after construction
/// nothing can fail.
///
/// The reactor's thread sleeps until the earliest deadline of each clock; a thread that schedules an earlier one sets
/// the timer forward itself. cancel() leaves the timer alone: most deadlines are cancelled, and the price of one is at
/// most one wake-up that finds nothing due. Where many deadlines are close together there are a few such wake-ups besides,
/// which bring them into order (timing_wheel.hpp).
///
/// INVARIANTS, true whenever the lock is free
///   I1  an entry says is_scheduled_ if and only if it stands in the wheel of its clock
///   I2  the reactor will look at a clock's wheel by itself at `looks_at` (of that clock) at the latest: its timer is
///       set to that moment, or has fired and expire_due() is about to run, or expire_due() said it must run again
///   I3  looks_at <= the earliest entry's due, if there is an entry
///   I4  all that one expire_due() claims is told before the next one claims, and both are the reactor's thread's: so an
///       entry is in one chain of claimed ones at most, and scheduling it does not touch its place there
class deadlines {
 public:
  /// Errors: std::system_error.
  deadlines();
  deadlines(const deadlines&) = delete;
  deadlines& operator=(const deadlines&) = delete;
  ~deadlines() = default;

  /// The entry expires at `when`, not earlier. It is not scheduled; `when` is not never. With a window it expires at its
  /// end, or from `when` on with whatever wakes the reactor's thread for the deadlines of that clock: so deadlines whose
  /// windows overlap expire together, at the end of the first.
  /// Orders:   all before this happens before claim_expiry().
  void schedule(deadline_entry& entry, deadline when,
                std::chrono::nanoseconds window = std::chrono::nanoseconds::zero()) noexcept;

  /// Returns: true if the entry was scheduled and is not any more. False if it was not, or its expiry has been claimed.
  ///          Either way no claim_expiry() of an earlier schedule() is running or will begin.
  bool cancel(deadline_entry& entry) noexcept;

  /// On the reactor's thread, when the descriptor of that clock is readable: expires what was due at `now`, in the order of
  /// the deadlines and, of equal ones, of their schedule(). A limited number, so that a crowd does not hold up the
  /// descriptors. `now` is a moment of that clock that was read after the descriptor had become readable.
  /// Returns: whether more is due. Then it has to be called again, and the descriptor will not say so.
  bool expire_due(os::clock_id clock, std::int64_t now) noexcept;

  /// Readable when expire_due() has to be called.
  int descriptor(os::clock_id clock) const noexcept;

 private:
  static constexpr bool is_earlier(const deadline_entry& a, const deadline_entry& b) noexcept {
    return a.due_ < b.due_;
  }
  static constexpr std::int64_t due_of(const deadline_entry& entry) noexcept { return entry.due_; }
  static constexpr bool has_window(const deadline_entry& entry) noexcept { return entry.earliest_ != entry.due_; }
  static constexpr std::int64_t not_at_all = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t soon = std::numeric_limits<std::int64_t>::min();

  struct timeline {
    explicit timeline(os::clock_id of) : clock(of), timer(of) {}

    const os::clock_id clock;
    base::timing_wheel<deadline_entry, &deadlines::is_earlier, &deadlines::due_of, &deadlines::has_window> entries;
    os::timer_fd timer;
    std::int64_t looks_at = not_at_all;  // not later than the moment at which the reactor looks here by itself
  };

  deadline_entry* claim_due(timeline& line, std::int64_t now, bool& more) noexcept;
  timeline& line_of(deadline::clock clock) noexcept;

  std::mutex lock_;
  timeline steady_{os::clock_id::steady};  // guarded by lock_, but for the number of the descriptor
  timeline system_{os::clock_id::system};
};

}  // namespace quiesce::inline v0::reactor
