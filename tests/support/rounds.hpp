#pragma once

#include <cstdlib>

namespace support {

/// How often a stress test goes round: the same number in every flavour, changed by one variable.
inline int rounds(int usual) {
  const char* const given = std::getenv("QUIESCE_STRESS_ROUNDS");
  return given == nullptr ? usual : std::atoi(given);
}

}  // namespace support
