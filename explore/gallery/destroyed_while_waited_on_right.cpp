/// A condition variable is destroyed once its waiter has been notified and has left.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable arrived;
bool waiting = false;
bool over = false;

int main() {
  auto changed = std::make_unique<std::condition_variable>();
  std::thread waiter([&] {
    std::unique_lock lock(m);
    waiting = true;
    arrived.notify_one();
    changed->wait(lock, [] { return over; });
  });
  {
    std::unique_lock lock(m);
    arrived.wait(lock, [] { return waiting; });
    over = true;
    changed->notify_one();
  }
  waiter.join();
  changed.reset();
}
