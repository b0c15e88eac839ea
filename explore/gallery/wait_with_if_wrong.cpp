/// Two consumers that look once before they wait, with `if`. One is woken for an item; before it holds the mutex
/// again the other one comes along and takes it; the woken one goes on without looking.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable not_empty;
int items = 0;

void consume() {
  std::unique_lock lock(m);
  if (items == 0) not_empty.wait(lock);
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
