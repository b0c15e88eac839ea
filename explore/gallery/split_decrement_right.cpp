/// Two threads count an atomic integer down, each by one indivisible operation.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{2};

void count_down() { x--; }

int main() {
  std::thread first(count_down);
  std::thread second(count_down);
  first.join();
  second.join();
  assert(x == 0);
}
