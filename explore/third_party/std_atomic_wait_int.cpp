/// std::atomic<int>::wait and notify_one, on the word that is the futex itself.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> turn{0};
int parcel = 0;

int main() {
  std::thread taker([] {
    turn.wait(0, std::memory_order_acquire);
    assert(parcel == 1);
  });
  parcel = 1;
  turn.store(1, std::memory_order_release);
  turn.notify_one();
  taker.join();
}
