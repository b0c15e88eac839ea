/// Clocks and sleeps, on the virtual clock of an execution.
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "descriptors.hpp"
#include "hooks.hpp"

namespace explore {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t far_away = std::uint64_t{1} << 62;
constexpr unsigned reads_before_time_passes = 64;

bool follows_date(clockid_t clock) noexcept {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

// A thread that reads the clock again and again waits for it: then time passes.
std::uint64_t read_clock(std::uintptr_t pc) noexcept {
  engine& in = *active;
  operation next = step_of(op::clock_read, nullptr, pc);
  next.touches(engine::clock_object, access_mode::read);
  if (!in.announce_read(next, engine::clock_object)) {
    const unsigned reads = ++in.self().clock_reads;
    if (reads % reads_before_time_passes == 0) {
      in.pass_time(in.now() + (std::uint64_t{1'000'000} << (reads / reads_before_time_passes % 16)));
    }
    return in.now();
  }
  in.make(next)->before = in.now();
  in.saw(pc, engine::clock_object);
  return in.now();
}

void sleep_until(std::uint64_t limit, std::uintptr_t pc) noexcept {
  engine& in = *active;
  operation next = step_of(op::sleep, nullptr, pc);
  next.touches(engine::clock_object, access_mode::add);
  in.announce_until(next, gate::passed_time, engine::clock_object, limit);
  in.make(next)->after = limit;
  in.pass_time(limit);
}

timespec to_timespec(std::uint64_t nanoseconds) noexcept {
  return {.tv_sec = static_cast<time_t>(nanoseconds / second), .tv_nsec = static_cast<long>(nanoseconds % second)};
}

EXPLORE_OWN constinit next_definition<int(clockid_t, timespec*)> real_gettime{"clock_gettime"};
EXPLORE_OWN constinit next_definition<int(timeval*, void*)> real_gettimeofday{"gettimeofday"};
EXPLORE_OWN constinit next_definition<time_t(time_t*)> real_time_of_day{"time"};
EXPLORE_OWN constinit next_definition<int(const timespec*, timespec*)> real_nanosleep{"nanosleep"};
EXPLORE_OWN constinit next_definition<int(clockid_t, int, const timespec*, timespec*)> real_clock_nanosleep{
    "clock_nanosleep"};
EXPLORE_OWN constinit next_definition<int(useconds_t)> real_usleep{"usleep"};
EXPLORE_OWN constinit next_definition<unsigned(unsigned)> real_sleep{"sleep"};

}  // namespace

bool is_time(const timespec& given) noexcept { return given.tv_nsec >= 0 && given.tv_nsec < 1'000'000'000; }

std::uint64_t limit_after(const timespec& duration) noexcept {
  const std::uint64_t now = active->now();
  if (duration.tv_sec < 0) return now;
  const auto seconds = static_cast<std::uint64_t>(duration.tv_sec);
  if (seconds > far_away / second) return far_away;
  return now + seconds * second + static_cast<std::uint64_t>(duration.tv_nsec);
}

std::uint64_t limit_from_now(const timespec& duration, std::uintptr_t pc) noexcept {
  read_clock(pc);
  return limit_after(duration);
}

std::uint64_t limit_in(const timespec* duration, std::uintptr_t pc) noexcept {
  if (duration == nullptr) return descriptor_table::never;
  return duration->tv_sec == 0 && duration->tv_nsec == 0 ? 0 : limit_from_now(*duration, pc);
}

std::uint64_t limit_in(int milliseconds, std::uintptr_t pc) noexcept {
  if (milliseconds < 0) return descriptor_table::never;
  if (milliseconds == 0) return 0;
  return limit_from_now({.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1'000'000L}, pc);
}

std::uint64_t limit_of(const timespec& when, clockid_t clock) noexcept {
  if (when.tv_sec < 0) return 0;
  const auto seconds = static_cast<std::uint64_t>(when.tv_sec);
  if (seconds > far_away / second) return far_away;
  const std::uint64_t at = seconds * second + static_cast<std::uint64_t>(when.tv_nsec);
  if (!follows_date(clock)) return at;
  return at > date_of_first_moment ? at - date_of_first_moment : 0;
}

}  // namespace explore

using namespace explore;

extern "C" {

int clock_gettime(clockid_t clock, timespec* result) noexcept {
  if (!is_explored()) return real_gettime.get()(clock, result);
  const std::uint64_t now = read_clock(EXPLORE_CALLED_AT);
  *result = to_timespec(follows_date(clock) ? now + date_of_first_moment : now);
  return 0;
}

int gettimeofday(timeval* __restrict result, void* __restrict zone) noexcept {
  if (!is_explored()) return real_gettimeofday.get()(result, zone);
  const timespec now = to_timespec(read_clock(EXPLORE_CALLED_AT) + date_of_first_moment);
  result->tv_sec = now.tv_sec;
  result->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* result) noexcept {
  if (!is_explored()) return real_time_of_day.get()(result);
  const time_t now = to_timespec(read_clock(EXPLORE_CALLED_AT) + date_of_first_moment).tv_sec;
  if (result != nullptr) *result = now;
  return now;
}

int nanosleep(const timespec* duration, timespec* rest) {
  if (!is_explored()) return real_nanosleep.get()(duration, rest);
  if (!is_time(*duration) || duration->tv_sec < 0) return errno = EINVAL, -1;
  sleep_until(limit_from_now(*duration, EXPLORE_CALLED_AT), EXPLORE_CALLED_AT);
  return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* when, timespec* rest) {
  if (!is_explored()) return real_clock_nanosleep.get()(clock, flags, when, rest);
  if (!is_time(*when)) return EINVAL;
  const bool is_point = (flags & TIMER_ABSTIME) != 0;
  sleep_until(is_point ? limit_of(*when, clock) : limit_from_now(*when, EXPLORE_CALLED_AT), EXPLORE_CALLED_AT);
  return 0;
}

int usleep(useconds_t duration) {
  if (!is_explored()) return real_usleep.get()(duration);
  const timespec whole{.tv_sec = duration / 1'000'000, .tv_nsec = duration % 1'000'000 * 1'000L};
  sleep_until(limit_from_now(whole, EXPLORE_CALLED_AT), EXPLORE_CALLED_AT);
  return 0;
}

unsigned sleep(unsigned duration) {
  if (!is_explored()) return real_sleep.get()(duration);
  sleep_until(limit_from_now({.tv_sec = duration, .tv_nsec = 0}, EXPLORE_CALLED_AT), EXPLORE_CALLED_AT);
  return 0;
}

}  // extern "C"
