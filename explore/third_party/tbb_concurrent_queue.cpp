/// tbb::concurrent_queue: two producers, and a consumer that tries.
#include <oneapi/tbb/concurrent_queue.h>

#include <cassert>
#include <thread>

int main() {
  tbb::concurrent_queue<int> queue;
  std::thread first([&] { queue.push(1); });
  std::thread second([&] { queue.push(2); });
  int sum = 0;
  int item = 0;
  if (queue.try_pop(item)) sum += item;
  first.join();
  second.join();
  while (queue.try_pop(item)) sum += item;
  assert(sum == 3);
}
