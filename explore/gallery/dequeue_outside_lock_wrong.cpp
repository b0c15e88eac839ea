/// Two consumers and one task. Each looks under the lock whether there is a task, and takes it under the lock, but
/// lets go of the lock in between: both see the one task, and the second takes what is not there.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex m;
int tasks = 1;

bool has_task() {
  std::lock_guard lock(m);
  return tasks > 0;
}

void take() {
  std::lock_guard lock(m);
  assert(tasks > 0);
  --tasks;
}

void consume() {
  if (has_task()) take();
}

int main() {
  std::thread other(consume);
  consume();
  other.join();
  assert(tasks == 0);
}
