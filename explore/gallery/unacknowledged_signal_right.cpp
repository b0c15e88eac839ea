/// Two signals to one worker, through a flag that the worker lowers as its answer. The signaller waits for the answer
/// before it signals again, so no signal falls on a raised flag.
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
    changed.notify_one();
  }
}

int main() {
  std::thread worker(work);
  for (int i = 0; i < 2; ++i) {
    std::unique_lock lock(m);
    go = true;
    changed.notify_one();
    changed.wait(lock, [] { return !go; });
  }
  worker.join();
}
