/// A worker says that it is idle, looks for a task once more, and sleeps; whoever brings a task looks for an idle worker
/// afterwards. Both change the number for that: who comes second reads what the first one wrote, and with it what the first one
/// did before.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

std::atomic<bool> has_task{false};
std::atomic<int> idle{0};

void worker() {
  idle.fetch_add(1, std::memory_order_acq_rel);
  if (has_task.load(std::memory_order_acquire)) return;
  syscall(SYS_futex, &idle, FUTEX_WAIT_PRIVATE, 1, nullptr, nullptr, 0);
}

bool is_a_worker_idle() { return idle.fetch_add(0, std::memory_order_acq_rel) != 0; }

void bring_task() {
  has_task.store(true, std::memory_order_release);
  if (!is_a_worker_idle()) return;
  idle.fetch_sub(1, std::memory_order_relaxed);
  syscall(SYS_futex, &idle, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

int main() {
  std::thread sleeper(worker);
  bring_task();
  sleeper.join();
}
