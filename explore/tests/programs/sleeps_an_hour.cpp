// Time that is slept away is virtual, whatever function sleeps.
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <cassert>
#include <chrono>
#include <thread>

int main() {
  const auto begin = std::chrono::steady_clock::now();
  const auto begin_of_day = std::chrono::system_clock::now();
  std::thread other([] { sleep(3'600); });
  std::this_thread::sleep_for(std::chrono::hours(1));
  poll(nullptr, 0, 3'600'000);
  other.join();
  assert(std::chrono::steady_clock::now() - begin >= std::chrono::hours(2));
  assert(std::chrono::system_clock::now() - begin_of_day >= std::chrono::hours(2));
}
