#pragma once

#include <atomic>
#include <functional>

namespace own_copy {

/// What the program and a callback of the library share. Nothing of Quiesce is in it: the two have different copies of it.
struct script {
  int descriptor = -1;             // the callback runs when it is readable
  std::function<void()> inside{};  // called by the callback
  std::atomic<int> ended{0};       // the last that the callback writes
};

/// What the library offers. Nothing of it is ever freed unless it says so.
struct face {
  void (*arm)(script&);              // makes a pool and a wait on it
  void (*stop)();                    // stops these, and frees them
  void (*make_and_leave_a_mutex)();  // locked by the calling thread
};

}  // namespace own_copy
