/// std::shared_mutex: two readers and a writer.
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex lock;
int first = 0;
int second = 0;

void look() {
  const std::shared_lock hold(lock);
  assert(first == second);
}

int main() {
  std::thread reader(look);
  std::thread other(look);
  {
    const std::lock_guard hold(lock);
    ++first;
    ++second;
  }
  reader.join();
  other.join();
}
