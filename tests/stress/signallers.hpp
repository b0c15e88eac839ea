#pragma once

#include <atomic>
#include <thread>

#include "quiesce/auto_reset_event.hpp"

namespace stress {

/// Two threads that set two events for as long as it lives.
class signallers {
 public:
  signallers(quiesce::auto_reset_event& a, quiesce::auto_reset_event& b)
      : first_([this, &a, &b] { run(a, b); }), second_([this, &a, &b] { run(b, a); }) {}
  signallers(const signallers&) = delete;
  signallers& operator=(const signallers&) = delete;
  ~signallers() {
    over_ = true;
    first_.join();
    second_.join();
  }

 private:
  void run(quiesce::auto_reset_event& a, quiesce::auto_reset_event& b) {
    for (unsigned turn = 0; !over_.load(std::memory_order_relaxed); ++turn) {
      (turn % 2 == 0 ? a : b).set();
      if (turn % 8 == 0) std::this_thread::yield();
    }
  }

  std::atomic<bool> over_{false};
  std::thread first_;
  std::thread second_;
};

}  // namespace stress
