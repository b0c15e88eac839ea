/// boost::lockfree::stack: push and pop from two threads.
#include <boost/lockfree/stack.hpp>

#include <cassert>
#include <thread>

int main() {
  boost::lockfree::stack<int> stack(0);
  int first = 0;
  std::thread other([&] {
    stack.push(1);
    stack.pop(first);
  });
  int second = 0;
  stack.push(2);
  stack.pop(second);
  other.join();
  assert(first + second == 3);
}
