/// std::condition_variable_any: destroyed by the waiter as soon as it was notified, while notify_all may still be at work.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

int main() {
  std::mutex lock;
  auto changed = std::make_unique<std::condition_variable_any>();
  bool ready = false;
  std::thread notifier([&] {
    const std::lock_guard hold(lock);
    ready = true;
    changed->notify_all();
  });
  {
    std::unique_lock hold(lock);
    changed->wait(hold, [&] { return ready; });
  }
  changed.reset();
  notifier.join();
}
