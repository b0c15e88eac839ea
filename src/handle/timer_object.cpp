#include "handle/timer_object.hpp"

#include <utility>

#include "base/contract.hpp"
#include "handle/next_due.hpp"
#include "quiesce/timer.hpp"

namespace quiesce::inline v0 {
timer_object::timer_object(event_word::reset kind) : event_object(kind, false), reactor_(reactor::reactor::acquire()) {}

void timer_object::arm(deadline due, std::chrono::nanoseconds period) noexcept {
  add_reference();  // who is told by this may close the timer while we still hold the lock
  claimed_waiters claimed;
  {
    const std::lock_guard hold(lock_);
    static_cast<void>(reactor_->deadlines().cancel(*this));
    expired_ = false;
    reset();
    due_ = due;
    period_ = period;
    if (due.has_passed()) {
      expire(claimed);
    } else if (!due.is_never()) {
      reactor_->deadlines().schedule(*this, due);
    }
  }
  claimed.tell();
  release();
}

void timer_object::disarm() noexcept {
  const std::lock_guard hold(lock_);
  static_cast<void>(reactor_->deadlines().cancel(*this));
  expired_ = false;
}

// With lock_ held and the entry idle.
void timer_object::expire(claimed_waiters& claimed) noexcept {
  if (period_ != std::chrono::nanoseconds::zero()) {
    due_ = next_due(due_, period_);
    if (!due_.is_never()) reactor_->deadlines().schedule(*this, due_);
  }
  claim_waiters(true, claimed);
}

bool timer_object::claim_expiry() noexcept {
  if (!try_add_reference()) return false;  // the last handle is being closed, which waits for the lock we are under
  expired_ = true;
  return true;
}

void timer_object::tell_expiry() noexcept {
  claimed_waiters claimed;
  {
    const std::lock_guard hold(lock_);
    if (std::exchange(expired_, false)) expire(claimed);
  }
  claimed.tell();
  release();  // Last touch of the timer.
}

void timer_object::last_reference_dropped() noexcept {
  static_cast<void>(reactor_->deadlines().cancel(*this));
  event_object::last_reference_dropped();
}

timer::timer(reset kind)
    : handle(new timer_object(kind == reset::automatic ? event_word::reset::automatic : event_word::reset::manual)) {}

void timer::set(deadline due, std::chrono::nanoseconds period, std::source_location where) noexcept {
  auto& object = static_cast<timer_object&>(checked(where));
  if (period < period.zero()) base::fatal_misuse("a timer was set with a negative period", {}, where);
  object.arm(due, period);
}

void timer::cancel(std::source_location where) noexcept { static_cast<timer_object&>(checked(where)).disarm(); }

}  // namespace quiesce::inline v0
