#pragma once

#include <chrono>
#include <thread>

namespace support {

/// Waits until `state` holds. False after 30 s, which is a failure of the test, never a matter of a slow machine.
///
/// Most states come within a few turns of the other threads, and a stress test wants to go on at once when they do. Who
/// still waits after that looks now and then, and leaves the processors to those he waits for.
template <class State>
bool eventually(State state) {
  constexpr int looks_at_once = 100;
  constexpr auto between_later_looks = std::chrono::microseconds(200);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (int looks = 0; !state(); ++looks) {
    if (std::chrono::steady_clock::now() > limit) return false;
    if (looks < looks_at_once) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(between_later_looks);
    }
  }
  return true;
}

}  // namespace support
