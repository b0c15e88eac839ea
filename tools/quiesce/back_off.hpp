#pragma once
#include <algorithm>
#include <chrono>

namespace quiesce_tool {

struct back_off_options {
  std::chrono::milliseconds first{100};
  std::chrono::milliseconds maximum{10'000};
  std::chrono::milliseconds forget_after{10'000};  // having run for so long, a process counts as healthy again
};

/// How long to wait before a process is started again: doubles with every exit, so that a process that cannot live
/// costs little, and begins anew once the process has run for a while, so that a rare crash is mended at once.
class back_off {
 public:
  explicit constexpr back_off(const back_off_options& options) noexcept : options_{options} {}

  constexpr std::chrono::milliseconds next(std::chrono::nanoseconds ran_for) noexcept {
    if (ran_for >= options_.forget_after) forget();
    const auto delay = upcoming_;
    upcoming_ = delay > options_.maximum / 2 ? options_.maximum : delay * 2;
    return delay;
  }

  /// Somebody has changed something: earlier exits say nothing about the next start.
  constexpr void forget() noexcept { upcoming_ = std::min(options_.first, options_.maximum); }

 private:
  back_off_options options_;
  std::chrono::milliseconds upcoming_ = std::min(options_.first, options_.maximum);
};

}  // namespace quiesce_tool
