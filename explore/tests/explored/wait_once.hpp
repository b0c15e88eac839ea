#pragma once

#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

/// Wrong only if a thread wakes for no reason: it looks once, and does not look again after its wait.
inline void wait_once() {
  std::mutex mutex;
  std::condition_variable told;
  bool ready = false;
  std::thread other([&] {
    const std::lock_guard hold(mutex);
    ready = true;
    told.notify_one();
  });
  {
    std::unique_lock hold(mutex);
    if (!ready) told.wait(hold);
    assert(ready);
  }
  other.join();
}
