/// boost::lockfree::queue whose nodes come from the heap, with their recycling: push and pop from two threads.
#include <boost/lockfree/queue.hpp>

#include <cassert>
#include <thread>

int main() {
  boost::lockfree::queue<int> queue(0);
  int first = 0;
  std::thread other([&] {
    queue.push(1);
    queue.pop(first);
  });
  int second = 0;
  queue.push(2);
  queue.pop(second);
  other.join();
  assert(first + second == 3);
}
