/// boost::lockfree::queue of fixed capacity: two producers, and a consumer that tries.
#include <boost/lockfree/queue.hpp>

#include <cassert>
#include <thread>

int main() {
  boost::lockfree::queue<int, boost::lockfree::capacity<3>> queue;
  std::thread first([&] { assert(queue.push(1)); });
  std::thread second([&] { assert(queue.push(2)); });
  int sum = 0;
  int item = 0;
  if (queue.pop(item)) sum += item;
  first.join();
  second.join();
  while (queue.pop(item)) sum += item;
  assert(sum == 3);
}
