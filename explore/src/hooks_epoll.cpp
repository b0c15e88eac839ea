/// Timers that are descriptors, and sets of descriptors that are waited for together.
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

#include "broken_pipe.hpp"
#include "descriptor_steps.hpp"
#include "real_descriptors.hpp"

namespace explore {
namespace {

using enum descriptor_kind;

constexpr std::uint64_t second = 1'000'000'000;
int refused(int error) noexcept {
  errno = error;
  return -1;
}

// --- Timers ---------------------------------------------------------------------------------------------------------

timespec to_timespec(std::uint64_t nanoseconds) noexcept {
  return {.tv_sec = static_cast<time_t>(nanoseconds / second), .tv_nsec = static_cast<long>(nanoseconds % second)};
}

std::uint64_t nanoseconds_in(const timespec& time) noexcept {
  const auto seconds = static_cast<std::uint64_t>(time.tv_sec);
  constexpr std::uint64_t most = 1'000'000'000;  // seconds, some thirty years
  return (seconds < most ? seconds : most) * second + static_cast<std::uint64_t>(time.tv_nsec);
}

bool is_zero(const timespec& time) noexcept { return time.tv_sec == 0 && time.tv_nsec == 0; }

itimerspec state_of(const description& timer) noexcept {
  const std::uint64_t now = active->now();
  const std::uint64_t next = descriptor_table::next_expiry(timer, now);
  return {.it_interval = to_timespec(timer.interval),
          .it_value = next == descriptor_table::never ? timespec{} : to_timespec(next - now)};
}

// Begins a call on a timer. Null: the number of the error is in errno.
description* timer_of(int fd, descriptor_call& call, std::uintptr_t pc) noexcept {
  call = call_on(fd, descriptor_use::control, pc);
  if (call.of == 0) return refused(EBADF), nullptr;
  description& timer = descriptors().at(call.of);
  if (timer.kind != descriptor_kind::timer) return refused(EINVAL), nullptr;
  return &timer;
}

int set_timer(int fd, int flags, const itimerspec* to, itimerspec* before, std::uintptr_t pc) noexcept {
  engine& in = *active;
  descriptor_call call;
  description* const timer = timer_of(fd, call, pc);
  if (timer == nullptr) return -1;
  constexpr int known = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
  if ((flags & ~known) != 0 || !is_time(to->it_value) || !is_time(to->it_interval)) return refused(EINVAL);
  if (to->it_value.tv_sec < 0 || to->it_interval.tv_sec < 0) return refused(EINVAL);
  touch_by_call(to, sizeof *to, touch::read, pc);
  call.function = descriptor_function::timerfd_settime;
  const bool is_point = (flags & TFD_TIMER_ABSTIME) != 0;
  const bool arms = !is_zero(to->it_value);
  call.asks_clock = true;  // "from now", and whether the moment has passed
  announce(call, pc);
  open_description(fd, pc);
  make(call, false, pc);
  if (before != nullptr) {
    in.touch_memory(number(before), sizeof *before, touch::write, op::plain_write);
    *before = state_of(*timer);
  }
  // What has expired counts as an edge for those who wait for edges; setting the timer takes the expiry itself away.
  timer->arrivals += static_cast<std::uint32_t>(descriptor_table::expiries(*timer, in.now()));
  const clockid_t clock = timer->follows_date ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  timer->is_armed = arms;
  timer->due = is_point ? limit_of(to->it_value, clock) : limit_after(to->it_value);
  timer->interval = arms ? nanoseconds_in(to->it_interval) : 0;
  changed(call);
  return 0;
}

int read_timer(int fd, itimerspec* now, std::uintptr_t pc) noexcept {
  descriptor_call call;
  const description* const timer = timer_of(fd, call, pc);
  if (timer == nullptr) return -1;
  call.function = descriptor_function::timerfd_gettime;
  call.asks_clock = call.finds_nothing = true;
  announce(call, pc);
  open_description(fd, pc);
  make(call, false, pc);
  active->touch_memory(number(now), sizeof *now, touch::write, op::plain_write);
  *now = state_of(*timer);
  return 0;
}

// --- Sets -----------------------------------------------------------------------------------------------------------

int make_set(std::uintptr_t pc) noexcept { return new_descriptor(set, false, pc); }

// A descriptor of the system in a modelled set: the kernel's own answer where it refuses, and the explorer's otherwise.
int watch_real(int fd, std::uintptr_t pc) noexcept {
  if (::fcntl(fd, F_GETFD) < 0) return refused(EBADF);
  if (never_blocks(fd)) return refused(EPERM);
  refuse("a descriptor of the system in an epoll set", pc);
}

int control_set(int set_fd, int operation, int fd, const epoll_event* event, std::uintptr_t pc) noexcept {
  engine& in = *active;
  if (descriptors().was_closed(number_of(set_fd))) return refused(EBADF);
  descriptor_call call = call_on(set_fd, descriptor_use::control, pc);
  if (call.of == 0) return refused(EBADF);
  call.function = descriptor_function::epoll_ctl;
  if (!descriptor_table::is_modelled(fd)) return watch_real(fd, pc);
  if (descriptors().at(call.of).kind != set || fd == set_fd) return refused(EINVAL);
  call.with = static_cast<std::uint16_t>(descriptors().description_of(number_of(fd)));
  if (call.with != 0 && descriptors().at(call.with).kind == set) refuse("an epoll set inside another", pc);
  const std::uint16_t in_set = call.with != 0 ? descriptors().at(call.with).in_set : std::uint16_t{0};
  if (in_set != 0 && in_set != call.of) refuse("a descriptor in more than one epoll set", pc);
  if (operation == EPOLL_CTL_ADD && !descriptors().has_room()) refuse("more than 256 descriptors in epoll sets", pc);
  if (operation != EPOLL_CTL_DEL) touch_by_call(event, sizeof *event, touch::read, pc);
  announce(call, pc);
  open_description(set_fd, pc);
  make(call, false, pc);
  if (descriptors().description_of(number_of(fd)) == 0) return refused(EBADF);
  in.release_to(in.at(object_of(call.of)).sync);
  int error = EINVAL;
  switch (operation) {
    case EPOLL_CTL_ADD: error = descriptors().watch(call.of, number_of(fd), event->events, event->data.u64); break;
    case EPOLL_CTL_MOD: error = descriptors().change(call.of, number_of(fd), event->events, event->data.u64); break;
    case EPOLL_CTL_DEL: error = descriptors().forget(call.of, number_of(fd)); break;
    default: break;
  }
  changed(call);
  return error == 0 ? 0 : refused(error);
}

int report(const descriptor_call& call, epoll_event* events, int most) noexcept {
  engine& in = *active;
  int count = 0;
  in.acquire_from(in.at(object_of(call.of)).sync);
  descriptors().report(call.of, static_cast<unsigned>(most), in.now(),
                       [&](std::uint32_t ready, std::uint64_t data, unsigned of) {
                         epoll_event& told = events[count++];
                         in.touch_memory(number(&told), sizeof told, touch::write, op::plain_write);
                         told.events = ready;
                         told.data.u64 = data;
                         in.acquire_from(in.at(object_of(of)).sync);
                       });
  return count;
}

/// `limit`: never, or a point on the virtual clock; at zero the call only looks.
int wait_for_set(int fd, epoll_event* events, int most, std::uint64_t limit, std::uintptr_t pc) noexcept {
  engine& in = *active;
  descriptor_call call = call_on(fd, descriptor_use::wait, pc);
  if (call.of == 0) return refused(EBADF);
  if (descriptors().at(call.of).kind != set || most <= 0) return refused(EINVAL);
  call.waits = limit != 0;
  std::uint64_t until = 0;
  if (call.waits) {
    call.limit = limit;
    until = await(call, pc);
  } else if (!announce(call, pc)) {
    return 0;
  }
  open_description(fd, pc);
  const bool is_late = !finds_something(call) && call.waits;
  call.finds_nothing = call.waits ? is_late && until == limit : !finds_something(call);
  traced_event* const event = make(call, is_late, pc);
  if (is_late) in.pass_time(until);
  const int count = report(call, events, most);
  event->before = static_cast<std::uint64_t>(count);
  if (count == 0) {
    event->how = call.waits ? outcome::timed_out : outcome::would_block;
    if (call.waits) in.acts();
    return 0;
  }
  changed(call);
  return count;
}

// A signal that the mask lets in ends the call only if that has to wait; then even if it is ignored.
int wait_with_mask(int fd, epoll_event* events, int most, std::uint64_t limit, const sigset_t* mask, signal_function by,
                   std::uintptr_t pc) noexcept {
  if (lets_broken_pipe_in(mask, pc) && limit != 0) {
    if (const int ready = wait_for_set(fd, events, most, 0, pc); ready != 0) return ready;
    if (meet_broken_pipe(0, by, pc)) return refused(EINTR);
  }
  return wait_for_set(fd, events, most, limit, pc);
}

EXPLORE_OWN constinit next_definition<int(int, int)> real_timerfd_create{"timerfd_create"};
EXPLORE_OWN constinit next_definition<int(int, int, const itimerspec*, itimerspec*)> real_timerfd_settime{
    "timerfd_settime"};
EXPLORE_OWN constinit next_definition<int(int, itimerspec*)> real_timerfd_gettime{"timerfd_gettime"};
EXPLORE_OWN constinit next_definition<int(int)> real_epoll_create{"epoll_create"};
EXPLORE_OWN constinit next_definition<int(int)> real_epoll_create1{"epoll_create1"};
EXPLORE_OWN constinit next_definition<int(int, int, int, epoll_event*)> real_epoll_ctl{"epoll_ctl"};
EXPLORE_OWN constinit next_definition<int(int, epoll_event*, int, int)> real_epoll_wait{"epoll_wait"};
EXPLORE_OWN constinit next_definition<int(int, epoll_event*, int, int, const sigset_t*)> real_epoll_pwait{
    "epoll_pwait"};
EXPLORE_OWN constinit next_definition<int(int, epoll_event*, int, const timespec*, const sigset_t*)> real_epoll_pwait2{
    "epoll_pwait2"};

constexpr const char* real_set = "epoll_wait() on a set that was made outside of the execution";

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

int timerfd_create(int clock, int flags) noexcept {
  if (!is_explored()) return real_timerfd_create.get()(clock, flags);
  const bool follows_date = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
  if (!follows_date && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME && clock != CLOCK_BOOTTIME_ALARM) {
    return refused(EINVAL);
  }
  if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) != 0) return refused(EINVAL);
  const int fd = new_descriptor(timer, (flags & TFD_NONBLOCK) != 0, EXPLORE_CALLED_AT);
  descriptors().at(number_of(fd)).follows_date = follows_date;
  return fd;
}

int timerfd_settime(int fd, int flags, const itimerspec* to, itimerspec* before) noexcept {
  if (is_modelled(fd)) return set_timer(fd, flags, to, before, EXPLORE_CALLED_AT);
  return real_timerfd_settime.get()(fd, flags, to, before);
}

int timerfd_gettime(int fd, itimerspec* now) noexcept {
  return is_modelled(fd) ? read_timer(fd, now, EXPLORE_CALLED_AT) : real_timerfd_gettime.get()(fd, now);
}

int epoll_create(int size) noexcept {
  if (!is_explored()) return real_epoll_create.get()(size);
  return size <= 0 ? refused(EINVAL) : make_set(EXPLORE_CALLED_AT);
}

int epoll_create1(int flags) noexcept {
  if (!is_explored()) return real_epoll_create1.get()(flags);
  return (flags & ~EPOLL_CLOEXEC) != 0 ? refused(EINVAL) : make_set(EXPLORE_CALLED_AT);
}

int epoll_ctl(int set, int operation, int fd, epoll_event* event) noexcept {
  if (is_modelled(set)) return control_set(set, operation, fd, event, EXPLORE_CALLED_AT);
  if (is_modelled(fd))
    refuse("a modelled descriptor in an epoll set that was made outside of the execution", EXPLORE_CALLED_AT);
  return real_epoll_ctl.get()(set, operation, fd, event);
}

int epoll_wait(int set, epoll_event* events, int most, int milliseconds) {
  if (is_modelled(set))
    return wait_for_set(set, events, most, limit_in(milliseconds, EXPLORE_CALLED_AT), EXPLORE_CALLED_AT);
  if (is_explored()) refuse(real_set, EXPLORE_CALLED_AT);
  return real_epoll_wait.get()(set, events, most, milliseconds);
}

int epoll_pwait(int set, epoll_event* events, int most, int milliseconds, const sigset_t* mask) {
  if (is_modelled(set)) {
    const std::uint64_t limit = limit_in(milliseconds, EXPLORE_CALLED_AT);
    return wait_with_mask(set, events, most, limit, mask, signal_function::epoll_pwait, EXPLORE_CALLED_AT);
  }
  if (is_explored()) refuse(real_set, EXPLORE_CALLED_AT);
  return real_epoll_pwait.get()(set, events, most, milliseconds, mask);
}

int epoll_pwait2(int set, epoll_event* events, int most, const timespec* time, const sigset_t* mask) {
  if (is_modelled(set)) {
    if (time != nullptr && (!is_time(*time) || time->tv_sec < 0)) return refused(EINVAL);
    const std::uint64_t limit = limit_in(time, EXPLORE_CALLED_AT);
    return wait_with_mask(set, events, most, limit, mask, signal_function::epoll_pwait2, EXPLORE_CALLED_AT);
  }
  if (is_explored()) refuse(real_set, EXPLORE_CALLED_AT);
  return real_epoll_pwait2.get()(set, events, most, time, mask);
}

}  // extern "C"
