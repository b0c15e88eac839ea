/// A producer that saves notifications: it sends one only when a worker might be waiting, and counts one too few.
/// Both workers wait; the first task wakes one of them; the second task comes before that one has taken the first,
/// finds two tasks for two workers, and wakes nobody. The second worker sleeps beside a task.
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

constexpr std::size_t workers = 2;
std::mutex m;
std::condition_variable not_empty;
std::size_t tasks = 0;

void work() {
  std::unique_lock lock(m);
  not_empty.wait(lock, [] { return tasks > 0; });
  --tasks;
}

void enqueue() {
  std::lock_guard lock(m);
  ++tasks;
  if (tasks < workers) not_empty.notify_one();
}

int main() {
  std::thread first(work);
  std::thread second(work);
  enqueue();
  enqueue();
  first.join();
  second.join();
}
