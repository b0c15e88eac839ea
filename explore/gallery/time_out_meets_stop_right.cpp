/// A wait ends in one call of its callback: timed out, or cancelled by a stop. Whoever raises the claim under the
/// mutex makes the call; the other one finds it raised.
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
bool claimed = false;
std::atomic<int> calls{0};

void callback() { ++calls; }

void wait() {
  std::unique_lock lock(m);
  if (changed.wait_for(lock, std::chrono::milliseconds(1), [] { return claimed; })) return;
  claimed = true;
  lock.unlock();
  callback();  // timed out
}

void stop() {
  std::unique_lock lock(m);
  if (claimed) return;
  claimed = true;
  changed.notify_one();
  lock.unlock();
  callback();  // cancelled
}

int main() {
  std::thread waiter(wait);
  stop();
  waiter.join();
  assert(calls == 1);
}
