/// What the hook files share: building a step, and asking whether a call comes from the code under test.
#pragma once

#include <signal.h>
#include <time.h>

#include <cstdint>

#include "engine.hpp"
#include "real.hpp"

namespace explore {

#define EXPLORE_CALLED_AT reinterpret_cast<std::uintptr_t>(__builtin_return_address(0))

inline std::uintptr_t number(const volatile void* p) noexcept { return reinterpret_cast<std::uintptr_t>(p); }

inline operation step_of(op what, const volatile void* address, std::uintptr_t pc) noexcept {
  operation made;
  made.what = what;
  made.address = number(address);
  made.pc = pc;
  return made;
}

/// The system clock is so far ahead of the steady one: a date, so that it looks like one.
inline constexpr std::uint64_t date_of_first_moment = 1'700'000'000'000'000'000;

/// A point on the virtual clock for one that a program gives.
std::uint64_t limit_of(const timespec& when, clockid_t clock) noexcept;
/// The same for a duration from now, in a step that touches the clock; saturates.
std::uint64_t limit_after(const timespec& duration) noexcept;
/// The same before the step: "from now" is a look at the clock, and that is one.
std::uint64_t limit_from_now(const timespec& duration, std::uintptr_t pc) noexcept;
/// The same as ppoll() takes it: null is never, and zero does not wait, without a look at the clock.
std::uint64_t limit_in(const timespec* duration, std::uintptr_t pc) noexcept;
/// As poll() takes it: a negative number is never.
std::uint64_t limit_in(int milliseconds, std::uintptr_t pc) noexcept;
bool is_time(const timespec& given) noexcept;

/// What a call at `pc` reads or writes itself: a race with that is told there. Steps of the call may follow.
inline void touch_by_call(const volatile void* what, std::size_t size, touch how, std::uintptr_t pc) noexcept {
  if (!active->is_running()) return;
  active->self().pending.pc = pc;
  active->touch_memory(number(what), size, how, how == touch::read ? op::plain_read : op::plain_write);
}

/// Those of a mask that can be blocked, a bit each.
std::uint64_t signals_in(const sigset_t& mask) noexcept;

/// For calls that would block for real, or that have effects outside of the process which cannot be taken back.
[[noreturn]] void refuse(const char* what, std::uintptr_t pc) noexcept;

}  // namespace explore
