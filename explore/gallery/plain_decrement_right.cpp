/// Two threads count a plain integer down, each under the lock that goes with it.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex m;
int x = 2;

void count_down() {
  std::lock_guard lock(m);
  x--;
}

int main() {
  std::thread first(count_down);
  std::thread second(count_down);
  first.join();
  second.join();
  assert(x == 0);
}
