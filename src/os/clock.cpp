#include "os/clock.hpp"

#include "base/contract.hpp"

namespace quiesce::inline v0::os {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t read(clockid_t clock) noexcept {
  timespec when;
  if (::clock_gettime(clock, &when) != 0) base::bug("a clock of the system could not be read");
  return static_cast<std::int64_t>(when.tv_sec) * second + when.tv_nsec;
}

}  // namespace

clockid_t kernel_clock(clock_id clock) noexcept {
  switch (clock) {
    case clock_id::steady: return CLOCK_MONOTONIC;
    case clock_id::system: return CLOCK_REALTIME;
  }
  base::bug("a clock that does not exist was asked for");
}

std::int64_t now(clock_id clock) noexcept { return read(kernel_clock(clock)); }

std::int64_t now_roughly() noexcept { return read(CLOCK_MONOTONIC_COARSE); }

timespec to_timespec(std::int64_t nanoseconds) noexcept {
  std::int64_t seconds = nanoseconds / second;
  std::int64_t rest = nanoseconds % second;
  if (rest < 0) {
    rest += second;
    --seconds;
  }
  return {.tv_sec = static_cast<time_t>(seconds), .tv_nsec = static_cast<long>(rest)};
}

}  // namespace quiesce::inline v0::os
