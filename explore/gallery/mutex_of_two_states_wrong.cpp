/// A mutex of two states, free and locked. Whoever unlocks cannot see that somebody sleeps, and wakes nobody: the
/// sleeper stays asleep beside a free lock.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <thread>

enum state : int { unlocked, locked };
std::atomic<int> word{unlocked};

void lock() {
  while (word.exchange(locked) != unlocked) {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, locked, nullptr, nullptr, 0);
  }
}

void unlock() { word = unlocked; }

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
