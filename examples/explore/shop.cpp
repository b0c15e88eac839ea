#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

std::once_flag morning;
std::shared_ptr<const int> price;
std::mutex counter;
std::condition_variable bell;
int waiting = 0;
std::atomic<int> served = 0;
std::atomic<bool> closing = false;
thread_local int tips = 0;

void clerk() {
  std::call_once(morning, [] { price = std::make_shared<const int>(3); });
  const std::shared_ptr<const int> asked = price;
  std::unique_lock hold{counter};
  for (;;) {
    bell.wait(hold, [] { return waiting > 0 || closing; });
    if (waiting == 0) return;
    --waiting;
    tips += *asked;
    served.fetch_add(1);
    served.notify_one();
  }
}

int main() {
  std::jthread worker{clerk};
  std::thread customer{[] {
    const std::lock_guard hold{counter};
    ++waiting;
    bell.notify_one();
  }};
  served.wait(0);
  closing = true;
  bell.notify_one();
  customer.join();
}
