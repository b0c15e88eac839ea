/// Signals that are acknowledged, from two threads. Who gives one first waits until no other signal is on its way, so that
/// each of them is taken and answered for itself.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable given;
std::condition_variable taken;
bool go = false;
bool under_way = false;  // from a signal until its sender has seen the answer

void signal() {
  std::unique_lock lock(m);
  taken.wait(lock, [] { return !under_way; });
  under_way = go = true;
  given.notify_one();
  taken.wait(lock, [] { return !go; });
  under_way = false;
  taken.notify_one();
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
