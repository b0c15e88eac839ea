/// Two threads that let the other one go first: each raises its flag and waits until the other one's is down, with
/// its own still up. Both spin, and nothing changes any more.
#include <atomic>
#include <thread>

std::atomic<bool> wants[2] = {false, false};

void enter_and_leave(int me) {
  wants[me] = true;
  while (wants[1 - me]) std::this_thread::yield();
  wants[me] = false;
}

int main() {
  std::thread second([] { enter_and_leave(1); });
  enter_and_leave(0);
  second.join();
}
