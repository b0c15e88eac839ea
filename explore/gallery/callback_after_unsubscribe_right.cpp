/// A publisher copies the subscriber's callback under the lock, counts itself in, and calls it without the lock.
/// Taking out a subscriber waits for the calls that have been counted in.
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::atomic<bool> gone{false};

void callback() { assert(!gone); }

std::mutex m;
std::condition_variable call_ended;
void (*subscriber)() = callback;
int calls_in_flight = 0;

void publish() {
  std::unique_lock lock(m);
  void (*const call)() = subscriber;
  if (call == nullptr) return;
  ++calls_in_flight;
  lock.unlock();
  call();
  lock.lock();
  --calls_in_flight;
  call_ended.notify_all();
}

void unsubscribe() {
  std::unique_lock lock(m);
  subscriber = nullptr;
  call_ended.wait(lock, [] { return calls_in_flight == 0; });
}

int main() {
  std::thread publisher(publish);
  unsubscribe();
  gone = true;
  publisher.join();
}
