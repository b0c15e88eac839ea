/// An object is made and its address published by a store with release, and read with acquire: the making happens
/// before what is done with the address.
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
  published.store(made, std::memory_order_release);
  reader.join();
  delete made;
}
