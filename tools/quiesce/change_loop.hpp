#pragma once
#include <chrono>

namespace quiesce_tool {

/// Suspects that a process changes what it is watched for. Then soon after each answer to a change, a start or a signal,
/// the next change comes, which the process has made itself. Nobody edits so fast so often.
class change_loop {
 public:
  /// The first change since an answer has come, so long after it. Returns: whether it looks like a loop.
  constexpr bool change_came(std::chrono::nanoseconds after) noexcept {
    quick_ones_ = after < soon ? quick_ones_ + 1 : 0;
    return is_suspected();
  }

  [[nodiscard]] constexpr bool is_suspected() const noexcept { return quick_ones_ >= enough; }

 private:
  static constexpr std::chrono::seconds soon{1};
  static constexpr int enough = 5;

  int quick_ones_ = 0;
};

}  // namespace quiesce_tool
