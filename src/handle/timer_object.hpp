#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "quiesce/event_object.hpp"
#include "reactor/reactor.hpp"
#include "wait/waiter.hpp"

namespace quiesce::inline v0 {

/// The object behind a timer: an event that the reactor sets.
///
/// An expiration comes in two steps, of which the second runs without the reactor's lock; a set() or cancel() that gets
/// in between takes it back. So expired_ says whether a claimed expiration still counts:
///   I1  expired_ is written by claim_expiry() under the lock of the deadlines; others write and read it under lock_
///       after a call of deadlines::cancel(), or on the reactor's thread after the claim
///   I2  whoever changes the arming holds lock_, so cancelling and scheduling are never interleaved by two threads
///   I3  between claim_expiry() and the end of tell_expiry() the reactor owns a reference
class timer_object final : public event_object, private reactor::deadline_entry {
 public:
  explicit timer_object(event_word::reset kind);

  void arm(deadline due, std::chrono::nanoseconds period) noexcept;
  void disarm() noexcept;

 private:
  ~timer_object() override = default;

  bool claim_expiry() noexcept override;
  void tell_expiry() noexcept override;
  void last_reference_dropped() noexcept override;

  void expire(claimed_waiters& claimed) noexcept;

  std::mutex lock_;
  bool expired_ = false;
  deadline due_;
  std::chrono::nanoseconds period_{};  // zero: once
  reactor::reactor::reference reactor_;
};

}  // namespace quiesce::inline v0
