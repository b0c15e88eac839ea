/// Two signals to one worker, through a flag and without an answer. The second signal is given before the worker has
/// taken the first: the flag was up already, the worker takes both as one and waits for ever for the other.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
bool go = false;

void work() {
  for (int i = 0; i < 2; ++i) {
    std::unique_lock lock(m);
    changed.wait(lock, [] { return go; });
    go = false;
  }
}

int main() {
  std::thread worker(work);
  for (int i = 0; i < 2; ++i) {
    std::unique_lock lock(m);
    go = true;
    changed.notify_one();
  }
  worker.join();
}
