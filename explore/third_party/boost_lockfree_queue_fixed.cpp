/// boost::lockfree::queue of fixed capacity: a producer, and a consumer that tries.
#include <boost/lockfree/queue.hpp>

#include <cassert>
#include <thread>

int main() {
  boost::lockfree::queue<int, boost::lockfree::capacity<2>> queue;
  std::thread producer([&] { assert(queue.push(1)); });
  int item = 0;
  const bool early = queue.pop(item);
  producer.join();
  if (!early) assert(queue.pop(item));
  assert(item == 1 && queue.empty());
}
