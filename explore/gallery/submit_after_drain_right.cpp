/// A pool asks whether it is draining and queues the task under one hold of the lock: what it accepts is there when
/// the drain empties the queue.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex m;
bool draining = false;
int queued = 0;
int run = 0;

bool submit() {
  std::lock_guard lock(m);
  if (draining) return false;
  ++queued;
  return true;
}

void drain() {
  std::lock_guard lock(m);
  draining = true;
  run += queued;
  queued = 0;
}

int main() {
  int accepted = 0;
  std::thread submitter([&] { accepted = submit() ? 1 : 0; });
  drain();
  submitter.join();
  assert(run == accepted);
}
