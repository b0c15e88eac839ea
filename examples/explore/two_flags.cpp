#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> first_comes = false;
std::atomic<bool> second_comes = false;
std::atomic<int> inside = 0;

void enter_alone(std::atomic<bool>& mine, std::atomic<bool>& other) {
  mine.store(true, std::memory_order_release);
  if (other.load(std::memory_order_acquire)) return;
  assert(++inside == 1);
}

int main() {
  std::thread second{[] { enter_alone(second_comes, first_comes); }};
  enter_alone(first_comes, second_comes);
  second.join();
}
