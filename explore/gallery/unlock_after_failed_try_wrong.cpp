/// A lock is tried, and given back at the end whether the try was successful or not: the second thread unlocks what the
/// first one holds.
#include <mutex>
#include <thread>

std::mutex m;
int counted = 0;

void count_if_free() {
  const bool entered = m.try_lock();
  if (entered) ++counted;
  m.unlock();
}

int main() {
  std::thread other(count_if_free);
  count_if_free();
  other.join();
}
