/// A mutex of three states whose woken locker takes it with the mark that somebody may sleep, as it cannot know
/// whether it was the last one. The price is one wake too many at the end.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <thread>

enum state : int { unlocked, locked, contended };
std::atomic<int> word{unlocked};

void lock() {
  int seen = unlocked;
  if (word.compare_exchange_strong(seen, locked)) return;
  while (word.exchange(contended) != unlocked) {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, contended, nullptr, nullptr, 0);
  }
}

void unlock() {
  if (word.exchange(unlocked) == contended) syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

int counter = 0;

void count() {
  lock();
  ++counter;
  unlock();
}

int main() {
  lock();
  std::thread first(count);
  std::thread second(count);
  unlock();
  first.join();
  second.join();
  assert(counter == 2);
}
