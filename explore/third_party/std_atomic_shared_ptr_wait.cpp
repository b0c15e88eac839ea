/// std::atomic<std::shared_ptr>: wait meets a store and notify_one.
#include <atomic>
#include <memory>
#include <thread>

int main() {
  const auto old = std::make_shared<int>(1);
  std::atomic<std::shared_ptr<int>> current{old};
  std::thread waiter([&] { current.wait(old); });
  current.store(std::make_shared<int>(2));
  current.notify_one();
  waiter.join();
}
