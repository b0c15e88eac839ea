/// A producer that saves notifications: with as many tasks as workers, each of them may still be asleep, so it
/// notifies. Only with more tasks than workers is it sure that each worker has been woken for one.
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
  if (tasks <= workers) not_empty.notify_one();
}

int main() {
  std::thread first(work);
  std::thread second(work);
  enqueue();
  enqueue();
  first.join();
  second.join();
}
