/// moodycamel::BlockingReaderWriterQueue: two items, one who waits for them, the first time with a limit.
#include <readerwriterqueue/readerwriterqueue.h>

#include <cassert>
#include <thread>

int main() {
  moodycamel::BlockingReaderWriterQueue<int, 2> queue(1);
  std::thread writer([&] {
    queue.enqueue(1);
    queue.enqueue(2);
  });
  int item = 0;
  if (!queue.wait_dequeue_timed(item, 1000)) queue.wait_dequeue(item);
  assert(item == 1);
  queue.wait_dequeue(item);
  assert(item == 2);
  writer.join();
}
