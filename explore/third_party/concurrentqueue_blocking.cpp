/// moodycamel::BlockingConcurrentQueue: one item, one who waits for it without a limit.
#include <concurrentqueue/blockingconcurrentqueue.h>

#include <cassert>
#include <thread>

int main() {
  moodycamel::BlockingConcurrentQueue<int> queue(4);
  std::thread consumer([&] {
    int item = 0;
    queue.wait_dequeue(item);
    assert(item == 1);
  });
  queue.enqueue(1);
  consumer.join();
}
