/// A thread that waits for two flags waits as long as the first one is down *or* the second one is down.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
bool loaded = false;
bool connected = false;

void raise(bool& flag) {
  std::lock_guard lock(m);
  flag = true;
  changed.notify_all();
}

void wait_for_both() {
  std::unique_lock lock(m);
  while (!loaded || !connected) changed.wait(lock);
  assert(loaded && connected);
}

int main() {
  std::thread loader([] { raise(loaded); });
  std::thread connector([] { raise(connected); });
  wait_for_both();
  loader.join();
  connector.join();
}
