#pragma once

#include <unistd.h>

#include <atomic>

#include "support/eventually.hpp"
#include "support/process_state.hpp"

namespace support {

/// A thread that comes to wait for something, and can be seen to be doing so: by the kernel, which says that it has nothing
/// to run. It has no other state that a test could wait for; a lock that it waits for on its way looks the same, so a test
/// may only go wrong by it in not meeting the moment that it is there for.
class noted_thread {
 public:
  void is_this_one() { number_ = ::gettid(); }
  bool comes_to_wait() const {
    return eventually([&] { return number_ != 0 && is_asleep(number_); });
  }

 private:
  std::atomic<int> number_{0};
};

}  // namespace support
