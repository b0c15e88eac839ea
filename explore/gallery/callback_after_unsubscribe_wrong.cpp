/// A publisher copies the subscriber's callback under the lock and calls it without the lock. The subscriber takes
/// itself out and returns; the call, already copied, comes afterwards.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

std::atomic<bool> gone{false};

void callback() { assert(!gone); }

std::mutex m;
void (*subscriber)() = callback;

void publish() {
  std::unique_lock lock(m);
  void (*const call)() = subscriber;
  lock.unlock();
  if (call != nullptr) call();
}

void unsubscribe() {
  std::lock_guard lock(m);
  subscriber = nullptr;
}

int main() {
  std::thread publisher(publish);
  unsubscribe();
  gone = true;
  publisher.join();
}
