#include "os/timer_fd.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/contract.hpp"

namespace quiesce::inline v0::os {

timer_fd::timer_fd(clock_id clock) : fd_(::timerfd_create(kernel_clock(clock), TFD_NONBLOCK | TFD_CLOEXEC)) {
  if (fd_) return;
  const int error = errno;
  refuse(error, "cannot create a timer");
}

void timer_fd::set(std::int64_t when) noexcept {
  // Zero would disarm the timer and the kernel refuses moments before the epoch; both have passed, as the first
  // nanosecond has.
  const itimerspec at{.it_interval = {}, .it_value = to_timespec(std::max<std::int64_t>(when, 1))};
  if (::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &at, nullptr) != 0) base::bug("setting a timer was refused");
}

void timer_fd::drain() noexcept {
  std::uint64_t expiries;
  if (::read(fd_.get(), &expiries, sizeof expiries) >= 0) return;
  // EAGAIN: another thread has set a new moment since the readiness was reported.
  if (errno != EAGAIN && errno != EINTR) base::bug("reading a timer was refused");
}

}  // namespace quiesce::inline v0::os
