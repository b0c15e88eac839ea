/// The drainer counts what is pending under the lock with which it goes to sleep, and counts again after each waking.
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

void drain() {
  std::unique_lock lock(m);
  all_done.wait(lock, [] { return pending == 0; });
}

int main() {
  std::thread first(task);
  std::thread second(task);
  drain();
  first.join();
  second.join();
}
