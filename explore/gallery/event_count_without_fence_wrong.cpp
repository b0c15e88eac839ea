/// An event count without fences: whoever waits says so and looks at the condition; whoever makes it true looks for waiters
/// afterwards. Both stores may still be on their way when both look: the one sees no waiter, and the other one sleeps.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

std::atomic<bool> ready{false};
std::atomic<int> waiters{0};
std::atomic<unsigned> epoch{0};

void wait_until_ready() {
  waiters.store(1, std::memory_order_relaxed);
  const unsigned seen = epoch.load(std::memory_order_acquire);
  if (ready.load(std::memory_order_acquire)) return;
  syscall(SYS_futex, &epoch, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
}

void make_ready() {
  ready.store(true, std::memory_order_release);
  if (waiters.load(std::memory_order_relaxed) == 0) return;
  epoch.fetch_add(1, std::memory_order_release);
  syscall(SYS_futex, &epoch, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

int main() {
  std::thread waiter(wait_until_ready);
  make_ready();
  waiter.join();
}
