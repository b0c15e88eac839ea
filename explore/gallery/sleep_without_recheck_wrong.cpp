/// The drainer counts what is pending, lets go of the lock, and sleeps without counting again. The last task ends in
/// between, and its notification finds nobody.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable all_done;
int pending = 2;

void task() {
  std::lock_guard lock(m);
  if (--pending == 0) all_done.notify_all();
}

bool any_pending() {
  std::lock_guard lock(m);
  return pending != 0;
}

void drain() {
  if (!any_pending()) return;
  std::unique_lock lock(m);
  all_done.wait(lock);
}

int main() {
  std::thread first(task);
  std::thread second(task);
  drain();
  first.join();
  second.join();
}
