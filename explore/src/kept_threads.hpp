/// For how long threads that could go on were kept from it: what a search does there says nothing of the program.
#pragma once

#include <cstdint>

#include "step.hpp"
#include "vector_clock.hpp"

namespace explore {

class kept_threads {
 public:
  void reset() noexcept {
    longest_ = now_ = all_ = 0;
    for (std::uint32_t& each : kept_) each = 0;
  }

  /// `next` makes a step, and `enabled` could. Who could go on once counts at each step until it does: it may be that it could
  /// again for a moment only.
  void note(std::uint32_t enabled, unsigned next) noexcept {
    all_ |= enabled;
    now_ = (now_ | enabled) & ~bit(next);
    kept_[next] = 0;
    for (std::uint32_t rest = now_; rest != 0; rest &= rest - 1) {
      const std::uint32_t kept = ++kept_[lowest(rest)];
      if (kept > longest_) longest_ = kept;
    }
  }

  /// So many steps others made while a thread waited for its next one.
  std::uint32_t longest() const noexcept { return longest_; }
  /// How many threads could go on at some time.
  unsigned count() const noexcept { return static_cast<unsigned>(__builtin_popcount(all_)); }

 private:
  std::uint32_t kept_[most_threads] = {};
  std::uint32_t longest_ = 0;
  std::uint32_t now_ = 0;
  std::uint32_t all_ = 0;
};

}  // namespace explore
