/// cds::container::WeakRingBuffer with two places: three items from one thread to another.
#include <cds/container/weak_ringbuffer.h>

#include <cassert>
#include <thread>

int main() {
  cds::container::WeakRingBuffer<int> buffer(2);
  std::thread producer([&] {
    for (int item = 1; item <= 3; ++item) {
      while (!buffer.push(item)) std::this_thread::yield();
    }
  });
  for (int expected = 1; expected <= 3; ++expected) {
    int item = 0;
    while (!buffer.pop(item)) std::this_thread::yield();
    assert(item == expected);
  }
  producer.join();
}
