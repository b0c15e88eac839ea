/// std::binary_semaphore as a lock between three threads.
#include <cassert>
#include <semaphore>
#include <thread>

std::binary_semaphore lock{1};
int inside = 0;

void work() {
  lock.acquire();
  assert(++inside == 1);
  --inside;
  lock.release();
}

int main() {
  std::thread first(work);
  std::thread second(work);
  work();
  first.join();
  second.join();
}
