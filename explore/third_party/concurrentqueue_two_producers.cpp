/// moodycamel::ConcurrentQueue: two producers, a consumer that tries twice; nothing is lost or doubled.
#include <concurrentqueue/concurrentqueue.h>

#include <cassert>
#include <thread>

int main() {
  moodycamel::ConcurrentQueue<int> queue(4);
  std::thread first([&] { assert(queue.enqueue(1)); });
  std::thread second([&] { assert(queue.enqueue(2)); });
  int sum = 0;
  int item = 0;
  for (int tries = 0; tries < 2; ++tries) {
    if (queue.try_dequeue(item)) sum += item;
  }
  first.join();
  second.join();
  while (queue.try_dequeue(item)) sum += item;
  assert(sum == 3);
}
