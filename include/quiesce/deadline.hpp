#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>

namespace quiesce::inline v0 {

/// How long something may take, in nanoseconds. Made from any std::chrono duration, rounded up so that nothing is
/// early, and saturated: a duration too long for 64 bits of nanoseconds (292 years) means "without limit", a negative
/// one and a floating NaN mean zero.
class time_limit {
 public:
  /// Implicit on purpose: every function that takes a limit is called with 5s, 200ms or a duration variable.
  template <class Rep, class Period>
  constexpr time_limit(std::chrono::duration<Rep, Period> length) noexcept : nanoseconds_(rounded_up(length)) {}

  static constexpr time_limit none() noexcept { return time_limit(std::chrono::nanoseconds::max()); }

  constexpr std::int64_t nanoseconds() const noexcept { return nanoseconds_; }
  constexpr bool is_unlimited() const noexcept { return nanoseconds_ == longest; }

 private:
  static constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();

  template <class Rep, class Period>
  static constexpr std::int64_t rounded_up(std::chrono::duration<Rep, Period> length) noexcept {
    if (!(length > length.zero())) return 0;
    // Compared in long double, which no duration overflows; the bound leaves room for its rounding.
    const std::chrono::duration<long double, std::nano> wide = length;
    if (wide.count() >= 9.223372036854775e18L) return longest;
    if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
      const auto whole = static_cast<std::int64_t>(wide.count());
      return static_cast<long double>(whole) < wide.count() ? whole + 1 : whole;
    } else {
      return std::chrono::ceil<std::chrono::nanoseconds>(length).count();
    }
  }

  std::int64_t nanoseconds_;
};

/// A moment until which something may take: a point on the steady clock, a point on the system clock, or never.
/// A deadline on the system clock follows that clock when it is set; one on the steady clock does not notice.
/// Nothing in this library that has a deadline ends before it.
class deadline {
 public:
  enum class clock : std::uint8_t { never, steady, system };

  /// Never.
  constexpr deadline() noexcept = default;

  /// `limit` from now on the steady clock; saturates to never.
  constexpr deadline(time_limit limit) noexcept : deadline(from_now(limit)) {}
  template <class Rep, class Period>
  constexpr deadline(std::chrono::duration<Rep, Period> limit) noexcept : deadline(time_limit(limit)) {}

  constexpr deadline(std::chrono::steady_clock::time_point when) noexcept
      : deadline(clock::steady, std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count()) {
  }
  constexpr deadline(std::chrono::system_clock::time_point when) noexcept
      : deadline(clock::system, std::chrono::ceil<std::chrono::nanoseconds>(when.time_since_epoch()).count()) {}

  constexpr clock on() const noexcept { return on_; }
  constexpr bool is_never() const noexcept { return on_ == clock::never; }

  /// Nanoseconds since the epoch of the clock; not negative. Zero for never.
  constexpr std::int64_t nanoseconds() const noexcept { return nanoseconds_; }

  bool has_passed() const noexcept {
    switch (on_) {
      case clock::never: return false;
      case clock::steady: return std::chrono::steady_clock::now().time_since_epoch().count() >= nanoseconds_;
      case clock::system: return std::chrono::system_clock::now().time_since_epoch().count() >= nanoseconds_;
    }
    return false;
  }

 private:
  static_assert(std::same_as<std::chrono::steady_clock::duration, std::chrono::nanoseconds>);
  static_assert(std::same_as<std::chrono::system_clock::duration, std::chrono::nanoseconds>);
  static constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

  // The last representable moment of a clock is never; times before its epoch have passed like its epoch.
  constexpr deadline(clock on, std::int64_t when) noexcept
      : nanoseconds_(when == latest || when < 0 ? 0 : when), on_(when == latest ? clock::never : on) {}

  static constexpr deadline from_now(time_limit limit) noexcept {
    if (limit.is_unlimited()) return {};
    const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
    return limit.nanoseconds() >= latest - now ? deadline() : deadline(clock::steady, now + limit.nanoseconds());
  }

  std::int64_t nanoseconds_ = 0;
  clock on_ = clock::never;
};

inline constexpr deadline never{};

}  // namespace quiesce::inline v0
