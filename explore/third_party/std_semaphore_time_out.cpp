/// std::counting_semaphore: a release meets the time-out of an acquirer. The token is taken, or still there.
#include <cassert>
#include <chrono>
#include <semaphore>
#include <thread>

std::counting_semaphore<4> available{0};

int main() {
  bool taken = false;
  std::thread taker([&] { taken = available.try_acquire_for(std::chrono::milliseconds(5)); });
  available.release();
  taker.join();
  assert(taken != available.try_acquire());
}
