/// One object, made by whoever asks first. The pointer is published with release and read with acquire: a thread that
/// sees it without the lock sees the object behind it, too.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

struct object {
  int answer = 42;
};

std::mutex m;
std::atomic<object*> instance{nullptr};

object& the_object() {
  object* seen = instance.load(std::memory_order_acquire);
  if (seen == nullptr) {
    std::lock_guard lock(m);
    seen = instance.load(std::memory_order_relaxed);
    if (seen == nullptr) {
      seen = new object;
      instance.store(seen, std::memory_order_release);
    }
  }
  return *seen;
}

int main() {
  std::thread other([] { assert(the_object().answer == 42); });
  assert(the_object().answer == 42);
  other.join();
  delete instance.load();
}
