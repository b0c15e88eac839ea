/// A producer puts two items into the queue in one hold of the lock, and notifies once. Each of the two consumers that
/// wait would have taken one; one of them sleeps on beside an item.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
int items = 0;

void consume() {
  std::unique_lock lock(m);
  changed.wait(lock, [] { return items > 0; });
  --items;
}

void produce() {
  std::lock_guard lock(m);
  items += 2;
  changed.notify_one();
}

int main() {
  std::thread first(consume);
  std::thread second(consume);
  produce();
  first.join();
  second.join();
}
