/// std::atomic<std::shared_ptr>: two threads each exchange what is there, and nothing else is done.
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>

int main() {
  std::atomic<std::shared_ptr<int>> current{std::make_shared<int>(1)};
  std::shared_ptr<int> first;
  std::thread other([&] { first = current.exchange(std::make_shared<int>(2)); });
  auto second = current.exchange(std::make_shared<int>(4));
  other.join();
  assert(*first + *second + *current.exchange(nullptr) == 7);
}
