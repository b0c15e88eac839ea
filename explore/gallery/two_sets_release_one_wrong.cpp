/// An auto-reset event: set() stores one signal, which one wait takes. It is set twice, for two waiters; the second
/// time falls on a signal that nobody has taken yet, and is the same signal. One waiter is left.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

std::atomic<int> signalled{0};

void set() {
  signalled = 1;
  syscall(SYS_futex, &signalled, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void wait() {
  while (signalled.exchange(0) == 0) syscall(SYS_futex, &signalled, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
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
