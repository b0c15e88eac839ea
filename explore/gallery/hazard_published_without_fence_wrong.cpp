/// A reader publishes the address that it is about to use, and looks whether it is still the current one; a writer puts a new
/// object in its place, and frees the old one if nobody has published it. Without fences neither sees the other's store yet.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int*> current{nullptr};
std::atomic<int*> hazard{nullptr};

void use() {
  int* const seen = current.load(std::memory_order_acquire);
  hazard.store(seen, std::memory_order_relaxed);
  if (current.load(std::memory_order_acquire) != seen) return;  // it may be gone
  assert(*seen != 0);
}

void replace() {
  int* const old = current.exchange(new int{2}, std::memory_order_acq_rel);
  if (hazard.load(std::memory_order_acquire) == old) return;  // left to whoever comes later
  delete old;
}

int main() {
  current = new int{1};
  std::thread reader(use);
  replace();
  reader.join();
}
