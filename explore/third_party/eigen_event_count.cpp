/// Eigen::EventCount: a waiter between its look and its sleep, and a notification. The condition is read with acquire, as
/// in Eigen's own pool.
#include <unsupported/Eigen/CXX11/ThreadPool>

#include <atomic>
#include <thread>

int main() {
  Eigen::MaxSizeVector<Eigen::EventCount::Waiter> waiters(1);
  waiters.resize(1);
  Eigen::EventCount events(waiters);
  std::atomic<bool> ready{false};
  std::thread waiter([&] {
    if (ready.load(std::memory_order_acquire)) return;
    events.Prewait();
    if (ready.load(std::memory_order_acquire)) {
      events.CancelWait();
    } else {
      events.CommitWait(&waiters[0]);
    }
  });
  ready.store(true, std::memory_order_release);
  events.Notify(false);
  waiter.join();
}
