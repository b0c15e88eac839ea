/// boost::lockfree::spsc_queue with two places: three items, each side tries again until it can.
#include <boost/lockfree/spsc_queue.hpp>

#include <cassert>
#include <thread>

int main() {
  boost::lockfree::spsc_queue<int, boost::lockfree::capacity<2>> queue;
  std::thread producer([&] {
    for (int item = 1; item <= 3; ++item) {
      while (!queue.push(item)) std::this_thread::yield();
    }
  });
  for (int expected = 1; expected <= 3; ++expected) {
    int item = 0;
    while (!queue.pop(item)) std::this_thread::yield();
    assert(item == expected);
  }
  producer.join();
}
