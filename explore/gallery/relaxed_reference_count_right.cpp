/// A reference count that is counted down with release and acquire: all that the others did to the object before they
/// let go happens before its destruction.
#include <atomic>
#include <cassert>
#include <thread>

struct object {
  ~object() { assert(left + right == 3); }
  std::atomic<int> references{2};
  int left = 0;
  int right = 0;
};

void release(object* shared) {
  if (shared->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared;
}

int main() {
  auto* shared = new object;
  std::thread other([=] {
    shared->left = 1;
    release(shared);
  });
  shared->right = 2;
  release(shared);
  other.join();
}
