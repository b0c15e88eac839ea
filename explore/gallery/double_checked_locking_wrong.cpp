/// One object, made by whoever asks first. The first look at the pointer is without the lock and the pointer is
/// plain: a data race, and a thread that sees the pointer may not see the object behind it.
#include <cassert>
#include <mutex>
#include <thread>

struct object {
  int answer = 42;
};

std::mutex m;
object* instance = nullptr;

object& the_object() {
  if (instance == nullptr) {
    std::lock_guard lock(m);
    if (instance == nullptr) instance = new object;
  }
  return *instance;
}

int main() {
  std::thread other([] { assert(the_object().answer == 42); });
  assert(the_object().answer == 42);
  other.join();
  delete instance;
}
