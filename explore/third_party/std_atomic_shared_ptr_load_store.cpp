/// std::atomic<std::shared_ptr>: a load meets a store.
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>

int main() {
  std::atomic<std::shared_ptr<int>> current{std::make_shared<int>(1)};
  std::thread reader([&] { assert(*current.load() != 0); });
  current.store(std::make_shared<int>(2));
  reader.join();
  assert(*current.load() == 2);
}
