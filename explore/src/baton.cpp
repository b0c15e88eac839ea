#include "baton.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>

#include <climits>

#include "real.hpp"
#include "signal_actions.hpp"

namespace explore {

std::uint32_t baton::wait(unsigned self) noexcept {
  std::atomic<std::uint32_t>& told = seat_[self].told;
  for (;;) {
    const std::uint32_t what = told.load(std::memory_order_acquire);
    if (what != sleep) {
      told.store(sleep, std::memory_order_relaxed);
      return what;
    }
    kernel(SYS_futex, argument(&told), FUTEX_WAIT_PRIVATE, sleep);
  }
}

void baton::tell(unsigned thread, std::uint32_t what) noexcept {
  seat_[thread].told.store(what, std::memory_order_release);
  kernel(SYS_futex, argument(&seat_[thread].told), FUTEX_WAKE_PRIVATE, 1);
}

void baton::go_home(unsigned self) noexcept {
  fiber dropped;
  // The main OS thread has no base: it is where the driver stands.
  const fiber& home = self == 0 ? *driver_ : seat_[self].base;
  dropped.thread_base = home.thread_base;
  switch_fiber(dropped, home);
  __builtin_unreachable();
}

void baton::pass(unsigned self, unsigned next) noexcept {
  tell(next, run);
  if (wait(self) == leave) go_home(self);
}

void baton::end(unsigned self, const fiber& driver) noexcept {
  driver_ = &driver;
  if (self != 0) tell(0, leave);
  go_home(self);
}

void baton::gather() noexcept {
  for (unsigned i = 1; i < most_threads; ++i) {
    if (seat_[i].is_away.load(std::memory_order_acquire) == 0) continue;
    tell(i, leave);
    while (seat_[i].is_away.load(std::memory_order_acquire) != 0) {
      kernel(SYS_futex, argument(&seat_[i].is_away), FUTEX_WAIT_PRIVATE, 1);
    }
    seat_[i].told.store(sleep, std::memory_order_relaxed);
  }
}

void baton::serve(unsigned self) noexcept {
  for (;;) {
    if (wait(self) == leave) continue;
    unblock_crashes();  // a handler may have been left for good
    seat_[self].is_away.store(1, std::memory_order_release);
    seat_[self].base.thread_base = seat_[self].start.thread_base;
    switch_fiber(seat_[self].base, seat_[self].start);
    // Back: the execution has ended, and the fiber is dropped.
    seat_[self].is_away.store(0, std::memory_order_release);
    kernel(SYS_futex, argument(&seat_[self].is_away), FUTEX_WAKE_PRIVATE, INT_MAX);
  }
}

}  // namespace explore
