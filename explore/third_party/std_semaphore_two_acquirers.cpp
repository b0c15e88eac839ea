/// std::counting_semaphore: three releases for two acquirers, who may both sleep.
#include <semaphore>
#include <thread>

std::counting_semaphore<8> available{0};

int main() {
  std::thread first([] { available.acquire(); });
  std::thread second([] { available.acquire(); });
  available.release();
  available.release();
  available.release();
  first.join();
  second.join();
}
