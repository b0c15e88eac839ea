/// The lock is held while the callback runs, and stop() waits for the callback by taking that lock once. The callback
/// calls stop() itself, and so waits for its own end.
#include <mutex>
#include <thread>

std::mutex callback_runs;
bool stopped = false;

void stop() {
  std::lock_guard until_callback_has_ended(callback_runs);
  stopped = true;
}

void callback() { stop(); }

int main() {
  std::thread worker([] {
    std::lock_guard lock(callback_runs);
    if (!stopped) callback();
  });
  worker.join();
}
