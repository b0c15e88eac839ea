#pragma once

#include <chrono>
#include <thread>

namespace support {

/// Waits until `state` holds. False after 30 s, which is a failure of the test, never a matter of a slow machine.
template <class State>
bool eventually(State state) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!state()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace support
