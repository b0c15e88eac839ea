/// tbb::concurrent_vector: two threads append, each sees its own item where it was told.
#include <oneapi/tbb/concurrent_vector.h>

#include <cassert>
#include <memory>
#include <thread>

int main() {
  tbb::concurrent_vector<int, std::allocator<int>> vector;
  auto append = [&](int item) { assert(*vector.push_back(item) == item); };
  std::thread other(append, 1);
  append(2);
  other.join();
  assert(vector.size() == 2 && vector[0] + vector[1] == 3);
}
