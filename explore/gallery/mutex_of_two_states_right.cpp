/// A mutex of three states: unlocked, locked, and locked with perhaps somebody asleep. A thread marks the lock before
/// it sleeps, and the unlocker that takes the mark away wakes one.
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
  std::thread other(count);
  count();
  other.join();
  assert(counter == 2);
}
