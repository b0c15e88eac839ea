/// An object is made and its address published by a relaxed store. Whoever reads the address has no claim to see the
/// object behind it, even though the address itself is atomic.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int*> published{nullptr};

int main() {
  std::thread reader([] {
    const int* seen = published.load(std::memory_order_acquire);
    if (seen != nullptr) assert(*seen == 42);
  });
  auto* made = new int(42);
  published.store(made, std::memory_order_relaxed);
  reader.join();
  delete made;
}
