#pragma once

#include <cstdint>

#include "trace.hpp"

namespace explore {

/// One counter a thread. Two uses, never mixed: which steps depend on which (the search), and what happens before what in
/// the sense of the C++ standard (races).
struct alignas(64) vector_clock {
  std::uint16_t of[most_threads] = {};

  void join(const vector_clock& other) noexcept {
    for (std::size_t i = 0; i < most_threads; ++i) of[i] = of[i] < other.of[i] ? other.of[i] : of[i];
  }
  void clear() noexcept { *this = vector_clock{}; }
};

}  // namespace explore
