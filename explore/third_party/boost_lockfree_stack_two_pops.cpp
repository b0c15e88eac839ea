/// boost::lockfree::stack of fixed capacity: two threads pop, from two items.
#include <boost/lockfree/stack.hpp>

#include <cassert>
#include <thread>

int main() {
  boost::lockfree::stack<int, boost::lockfree::capacity<2>> stack;
  stack.push(1);
  stack.push(2);
  int first = 0;
  int second = 0;
  std::thread other([&] { stack.pop(first); });
  stack.pop(second);
  other.join();
  assert(first + second == 3);
}
