/// std::condition_variable_any: a wait with a stop token and a limit meets the request.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex lock;
  std::condition_variable_any changed;
  std::jthread waiter([&](std::stop_token stop) {
    std::unique_lock hold(lock);
    assert(!changed.wait_for(hold, stop, std::chrono::seconds(1), [] { return false; }));
  });
  waiter.request_stop();
}
