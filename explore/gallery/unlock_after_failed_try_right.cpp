/// A lock is tried, and given back by who has got it.
#include <mutex>
#include <thread>

std::mutex m;
int counted = 0;

void count_if_free() {
  const bool entered = m.try_lock();
  if (!entered) return;
  ++counted;
  m.unlock();
}

int main() {
  std::thread other(count_if_free);
  count_if_free();
  other.join();
}
