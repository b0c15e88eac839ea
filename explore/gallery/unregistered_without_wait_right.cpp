/// A wait is unregistered, which keeps its callback from being started; then the one that has been started is waited for,
/// and what it uses is freed.
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
  changed.wait(lock, [] { return !running; });
  delete changes_seen;
}

int main() {
  changes_seen = new int(0);
  std::thread signaller(signal);
  stop();
  signaller.join();
}
