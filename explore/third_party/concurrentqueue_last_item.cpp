/// moodycamel::ConcurrentQueue: two consumers and the last item.
#include <concurrentqueue/concurrentqueue.h>

#include <cassert>
#include <thread>

int main() {
  moodycamel::ConcurrentQueue<int> queue(4);
  queue.enqueue(1);
  int first = 0;
  int second = 0;
  std::thread other([&] { queue.try_dequeue(first); });
  queue.try_dequeue(second);
  other.join();
  assert(first + second == 1);
}
