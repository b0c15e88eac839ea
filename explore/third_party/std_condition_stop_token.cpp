/// std::condition_variable_any: a wait with a stop token meets the request.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex lock;
  std::condition_variable_any changed;
  std::jthread waiter([&](std::stop_token stop) {
    std::unique_lock hold(lock);
    assert(!changed.wait(hold, stop, [] { return false; }));
  });
  waiter.request_stop();
}
