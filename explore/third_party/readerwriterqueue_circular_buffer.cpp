/// moodycamel::BlockingReaderWriterCircularBuffer: two items through one place, both sides wait.
#include <readerwriterqueue/readerwritercircularbuffer.h>

#include <cassert>
#include <thread>

int main() {
  moodycamel::BlockingReaderWriterCircularBuffer<int> buffer(1);
  std::thread writer([&] {
    buffer.wait_enqueue(1);
    buffer.wait_enqueue(2);
  });
  int item = 0;
  buffer.wait_dequeue(item);
  assert(item == 1);
  buffer.wait_dequeue(item);
  assert(item == 2);
  writer.join();
}
