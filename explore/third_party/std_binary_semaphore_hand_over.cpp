/// std::binary_semaphore: one acquirer, one release, and what was written before it.
#include <cassert>
#include <semaphore>
#include <thread>

std::binary_semaphore ready{0};
int parcel = 0;

int main() {
  std::thread taker([] {
    ready.acquire();
    assert(parcel == 1);
  });
  parcel = 1;
  ready.release();
  taker.join();
}
