/// The waiter reads an atomic flag first, and takes the mutex only in order to sleep. Flag and notification come
/// between the two: the notification finds nobody, and the waiter sleeps although the flag is up.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
std::atomic<bool> ready{false};

int main() {
  std::thread waiter([] {
    if (ready) return;
    std::unique_lock lock(m);
    changed.wait(lock);
  });
  {
    std::lock_guard lock(m);
    ready = true;
    changed.notify_one();
  }
  waiter.join();
}
