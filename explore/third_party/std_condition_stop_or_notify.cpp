/// std::condition_variable_any: a notification and a stop request, from two threads, meet one wait.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex lock;
  std::condition_variable_any changed;
  bool ready = false;
  std::jthread waiter([&](std::stop_token stop) {
    std::unique_lock hold(lock);
    const bool found = changed.wait(hold, stop, [&] { return ready; });
    assert(found == ready);
  });
  std::thread notifier([&] {
    const std::lock_guard hold(lock);
    ready = true;
    changed.notify_one();
  });
  waiter.request_stop();
  notifier.join();
}
