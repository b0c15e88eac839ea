/// moodycamel::LightweightSemaphore: two waiters, one of whom gives up after a while, and one signal, which is not lost.
#include <concurrentqueue/concurrentqueue.h>
#include <concurrentqueue/lightweightsemaphore.h>

#include <cassert>
#include <thread>

int main() {
  moodycamel::LightweightSemaphore available(0, /*maxSpins=*/1);
  bool first = false;
  bool second = false;
  std::thread waiter([&] { first = available.wait(1000); });
  std::thread other([&] { second = available.wait(1000); });
  available.signal();
  waiter.join();
  other.join();
  assert(first + second + available.tryWait() == 1);
}
