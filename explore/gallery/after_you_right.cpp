/// Two threads that let the other one go first, unless it is their turn (Dekker's lock): whoever does not have the
/// turn takes its flag down until it does.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> wants[2] = {false, false};
std::atomic<int> turn{0};
std::atomic<int> inside{0};

void enter_and_leave(int me) {
  const int other = 1 - me;
  wants[me] = true;
  while (wants[other]) {
    if (turn != me) {
      wants[me] = false;
      while (turn != me) std::this_thread::yield();
      wants[me] = true;
    } else {
      std::this_thread::yield();
    }
  }
  assert(++inside == 1);
  --inside;
  turn = other;
  wants[me] = false;
}

int main() {
  std::thread second([] { enter_and_leave(1); });
  enter_and_leave(0);
  second.join();
}
