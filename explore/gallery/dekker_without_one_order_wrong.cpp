/// Dekker's lock with acquire and release: each thread raises its flag and looks at the other's before that is seen raised.
/// Both find the way free, and neither comes to look at whose turn it is.
#include <atomic>
#include <cassert>
#include <thread>

constexpr auto on_store = std::memory_order_release;
constexpr auto on_load = std::memory_order_acquire;

std::atomic<bool> wants[2] = {false, false};
std::atomic<int> turn{0};
std::atomic<int> inside{0};

void enter_and_leave(int me) {
  const int other = 1 - me;
  wants[me].store(true, on_store);
  while (wants[other].load(on_load)) {
    if (turn.load(on_load) == me) continue;
    wants[me].store(false, on_store);
    while (turn.load(on_load) != me) std::this_thread::yield();
    wants[me].store(true, on_store);
  }
  assert(++inside == 1);
  --inside;
  turn.store(other, on_store);
  wants[me].store(false, on_store);
}

int main() {
  std::thread second([] { enter_and_leave(1); });
  enter_and_leave(0);
  second.join();
}
