/// The lock is held while the callback runs, and stop() waits for the callback by taking that lock once, unless it is
/// called by the callback's own thread: then the callback is the last one, and there is nothing to wait for.
#include <atomic>
#include <mutex>
#include <thread>

std::mutex callback_runs;
std::atomic<std::thread::id> runner;
bool stopped = false;

void stop() {
  if (runner == std::this_thread::get_id()) {
    stopped = true;
    return;
  }
  std::lock_guard until_callback_has_ended(callback_runs);
  stopped = true;
}

void callback() { stop(); }

int main() {
  std::thread worker([] {
    std::lock_guard lock(callback_runs);
    runner = std::this_thread::get_id();
    if (!stopped) callback();
    runner = std::thread::id();
  });
  stop();
  worker.join();
}
