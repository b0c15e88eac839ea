/// Two threads count a plain integer down. Nothing orders the two accesses: a data race, whatever value comes out.
#include <cassert>
#include <thread>

int x = 2;

void count_down() { x--; }

int main() {
  std::thread first(count_down);
  std::thread second(count_down);
  first.join();
  second.join();
  assert(x == 0);
}
