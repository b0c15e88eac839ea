/// Peterson's lock: each thread raises its flag first and gives the turn away afterwards, so that of two which both
/// see the other's flag, the one that gave the turn away last waits.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> wants[2] = {false, false};
std::atomic<int> turn{0};
std::atomic<int> inside{0};

void enter_and_leave(int me) {
  const int other = 1 - me;
  wants[me] = true;
  turn = other;
  while (wants[other] && turn == other) std::this_thread::yield();
  assert(++inside == 1);
  --inside;
  wants[me] = false;
}

int main() {
  std::thread second([] { enter_and_leave(1); });
  enter_and_leave(0);
  second.join();
}
