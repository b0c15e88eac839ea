/// What two waiters need is a semaphore: each set() adds a signal, each wait takes one away.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

std::atomic<int> signals{0};

void set() {
  ++signals;
  syscall(SYS_futex, &signals, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void wait() {
  int seen = signals;
  for (;;) {
    if (seen == 0) {
      syscall(SYS_futex, &signals, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
      seen = signals;
    } else if (signals.compare_exchange_strong(seen, seen - 1)) {
      return;
    }
  }
}

int main() {
  std::thread setter([] {
    set();
    set();
  });
  std::thread waiter(wait);
  wait();
  setter.join();
  waiter.join();
}
