/// std::atomic<char>::wait and notify_one, for which the library sleeps on a word of its own.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<char> turn{0};
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
