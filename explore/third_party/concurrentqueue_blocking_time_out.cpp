/// moodycamel::BlockingConcurrentQueue: an item meets the time-out of who waits for it.
#include <concurrentqueue/blockingconcurrentqueue.h>

#include <cassert>
#include <thread>

int main() {
  moodycamel::BlockingConcurrentQueue<int> queue(4);
  int taken = 0;
  std::thread consumer([&] { queue.wait_dequeue_timed(taken, 1000); });
  queue.enqueue(1);
  consumer.join();
  int left = 0;
  queue.try_dequeue(left);
  assert(taken + left == 1);
}
