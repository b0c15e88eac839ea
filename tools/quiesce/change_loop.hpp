#pragma once
#include <chrono>

namespace quiesce_tool {

/// Suspects that a process changes what it is watched for. Then each run ends soon after it has begun, by a change that it
/// has made itself, and the next one follows at once. Nobody edits so fast so often.
class change_loop {
 public:
  /// A change has come that ends a run of this length. Returns: whether it looks like a loop.
  constexpr bool run_ended(std::chrono::nanoseconds ran_for) noexcept {
    quick_ones_ = ran_for < soon ? quick_ones_ + 1 : 0;
    return is_suspected();
  }

  [[nodiscard]] constexpr bool is_suspected() const noexcept { return quick_ones_ >= enough; }

 private:
  static constexpr std::chrono::seconds soon{1};
  static constexpr int enough = 5;

  int quick_ones_ = 0;
};

}  // namespace quiesce_tool
