/// Peterson's lock with its two stores swapped: each thread gives the turn away first and raises its flag afterwards.
/// One gives the turn away; the other does, raises its flag, sees the first one's flag down and enters; then the
/// first raises its flag, has the turn, and enters, too.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> wants[2] = {false, false};
std::atomic<int> turn{0};
std::atomic<int> inside{0};

void enter_and_leave(int me) {
  const int other = 1 - me;
  turn = other;
  wants[me] = true;
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
