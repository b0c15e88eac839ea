/// A wait is unregistered, which keeps its callback from being started, and what the callback uses is freed at once. A
/// callback that had been started before goes on in freed memory.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
bool registered = true;
bool running = false;
int* changes_seen = nullptr;

void signal() {
  std::unique_lock lock(m);
  if (!registered) return;
  running = true;
  lock.unlock();
  ++*changes_seen;
  lock.lock();
  running = false;
  changed.notify_all();
}

void stop() {
  std::unique_lock lock(m);
  registered = false;
  delete changes_seen;
}

int main() {
  changes_seen = new int(0);
  std::thread signaller(signal);
  stop();
  signaller.join();
}
