/// Two threads count an atomic integer down, each by a load and a store. Both load 2 and both store 1: no data race,
/// and one of the decrements is lost all the same.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{2};

void count_down() { x.store(x.load() - 1); }

int main() {
  std::thread first(count_down);
  std::thread second(count_down);
  first.join();
  second.join();
  assert(x == 0);
}
