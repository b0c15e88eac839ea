/// A mutex of three states whose woken locker takes it without the mark that somebody may sleep. Two threads sleep;
/// the first unlock takes the mark away and wakes one of them; that one locks unmarked, so its unlock wakes nobody,
/// and the other sleeps beside a free lock.
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
  while (!word.compare_exchange_strong(seen, locked)) {
    if (seen == contended || word.compare_exchange_strong(seen, contended)) {
      syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, contended, nullptr, nullptr, 0);
    }
    seen = unlocked;
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
