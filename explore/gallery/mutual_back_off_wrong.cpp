/// Two threads that back off for each other: whoever sees the other one's flag takes its own down and tries again. In
/// step with each other they do so for ever: each of them is busy, and neither gets anywhere.
#include <atomic>
#include <thread>

std::atomic<bool> wants[2] = {false, false};

void enter_and_leave(int me) {
  wants[me] = true;
  while (wants[1 - me]) {
    wants[me] = false;
    std::this_thread::yield();
    wants[me] = true;
  }
  wants[me] = false;
}

int main() {
  std::thread second([] { enter_and_leave(1); });
  enter_and_leave(0);
  second.join();
}
