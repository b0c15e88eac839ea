/// Two threads of which only the second backs off: it takes its flag down and waits until the first one has left. The
/// first one keeps its flag up, and only waits for the second one's to go down.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> wants[2] = {false, false};
std::atomic<int> inside{0};

void be_inside() {
  assert(++inside == 1);
  --inside;
}

void first() {
  wants[0] = true;
  while (wants[1]) std::this_thread::yield();
  be_inside();
  wants[0] = false;
}

void second() {
  wants[1] = true;
  while (wants[0]) {
    wants[1] = false;
    while (wants[0]) std::this_thread::yield();
    wants[1] = true;
  }
  be_inside();
  wants[1] = false;
}

int main() {
  std::thread other(second);
  first();
  other.join();
}
