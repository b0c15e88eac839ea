/// Signals that are acknowledged: who gives one waits until the worker has taken it. That is enough for one thread that
/// signals. With two of them the second one finds the flag up already, and the worker's answer to the first one is taken
/// by both: the worker waits for ever for the other signal.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable given;
std::condition_variable taken;
bool go = false;

void signal() {
  std::unique_lock lock(m);
  go = true;
  given.notify_one();
  taken.wait(lock, [] { return !go; });
}

void work() {
  for (int i = 0; i < 2; ++i) {
    std::unique_lock lock(m);
    given.wait(lock, [] { return go; });
    go = false;
    taken.notify_all();
  }
}

int main() {
  std::thread worker(work);
  std::thread other(signal);
  signal();
  other.join();
  worker.join();
}
