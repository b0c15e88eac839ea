/// Two consumers that look again after each waking, with `while`: being woken is a hint that there may be an item.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable not_empty;
int items = 0;

void consume() {
  std::unique_lock lock(m);
  while (items == 0) not_empty.wait(lock);
  assert(items > 0);
  --items;
}

void produce() {
  std::lock_guard lock(m);
  ++items;
  not_empty.notify_one();
}

int main() {
  std::thread first(consume);
  std::thread second(consume);
  produce();
  produce();
  first.join();
  second.join();
}
