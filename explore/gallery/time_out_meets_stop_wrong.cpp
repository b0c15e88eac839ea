/// A wait ends in one call of its callback: timed out, or cancelled by a stop. The stopper looks whether the callback
/// has been called; the thread whose time is up has decided to call it, and has not done so yet. Both call it.
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
bool stopping = false;
std::atomic<int> calls{0};

void callback() { ++calls; }

void wait() {
  std::unique_lock lock(m);
  if (changed.wait_for(lock, std::chrono::milliseconds(1), [] { return stopping; })) return;
  lock.unlock();
  callback();  // timed out
}

void stop() {
  std::unique_lock lock(m);
  stopping = true;
  changed.notify_one();
  const bool called = calls != 0;
  lock.unlock();
  if (!called) callback();  // cancelled
}

int main() {
  std::thread waiter(wait);
  stop();
  waiter.join();
  assert(calls == 1);
}
