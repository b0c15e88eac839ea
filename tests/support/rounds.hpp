#pragma once

#include <cstdlib>

namespace support {

/// How often a stress test goes round: the same number in every flavour. One variable makes all of them longer or
/// shorter; much shorter, they may not meet often enough what they are there for, and say so.
inline int rounds(int usual) {
  const char* const percent = std::getenv("QUIESCE_STRESS_PERCENT");
  return percent == nullptr ? usual : static_cast<int>(static_cast<long long>(usual) * std::atoi(percent) / 100);
}

}  // namespace support
