/// Eigen::EventCount: two waiters and two items, each with a notification of one.
#include <unsupported/Eigen/CXX11/ThreadPool>

#include <atomic>
#include <cassert>
#include <thread>

int main() {
  Eigen::MaxSizeVector<Eigen::EventCount::Waiter> waiters(2);
  waiters.resize(2);
  Eigen::EventCount events(waiters);
  std::atomic<int> items{0};
  auto take = [&] {
    int seen = items.load();
    while (seen > 0) {
      if (items.compare_exchange_strong(seen, seen - 1)) return true;
    }
    return false;
  };
  auto consume = [&](int self) {
    while (!take()) {
      events.Prewait();
      if (items.load() > 0) {
        events.CancelWait();  // and only then is an item taken
      } else {
        events.CommitWait(&waiters[self]);
      }
    }
  };
  std::thread first(consume, 0);
  std::thread second(consume, 1);
  for (int item = 0; item < 2; ++item) {
    items.fetch_add(1);
    events.Notify(false);
  }
  first.join();
  second.join();
  assert(items == 0);
}
