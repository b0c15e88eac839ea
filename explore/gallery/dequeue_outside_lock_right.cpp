/// Two consumers and one task. Looking and taking happen under one hold of the lock, so what was seen is still there.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex m;
int tasks = 1;

void consume() {
  std::lock_guard lock(m);
  if (tasks > 0) --tasks;
}

int main() {
  std::thread other(consume);
  consume();
  other.join();
  assert(tasks == 0);
}
