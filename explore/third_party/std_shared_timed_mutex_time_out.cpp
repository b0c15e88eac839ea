/// std::shared_timed_mutex: a writer gives up after a while, or writes alone.
#include <cassert>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_timed_mutex lock;
int value = 0;

int main() {
  std::thread reader([] {
    const std::shared_lock hold(lock);
    assert(value == 0 || value == 1);
  });
  if (lock.try_lock_for(std::chrono::milliseconds(1))) {
    ++value;
    lock.unlock();
  }
  reader.join();
  assert(lock.try_lock());
  lock.unlock();
}
