/// moodycamel::ReaderWriterQueue: two items from one thread to another, across two blocks.
#include <readerwriterqueue/readerwriterqueue.h>

#include <cassert>
#include <thread>

int main() {
  moodycamel::ReaderWriterQueue<int, 2> queue(1);
  std::thread writer([&] {
    queue.enqueue(1);
    queue.enqueue(2);
  });
  int last = 0;
  int item = 0;
  for (int tries = 0; tries < 2; ++tries) {
    if (queue.try_dequeue(item)) assert(item == ++last);
  }
  writer.join();
  while (queue.try_dequeue(item)) assert(item == ++last);
  assert(last == 2);
}
