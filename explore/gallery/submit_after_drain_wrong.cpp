/// A pool accepts a task after it has asked whether it is draining, but not under the same lock. The drain runs all
/// that is queued in between: the task is accepted, and nobody will ever run it.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

std::mutex m;
std::atomic<bool> draining{false};
int queued = 0;
int run = 0;

bool submit() {
  if (draining) return false;
  std::lock_guard lock(m);
  ++queued;
  return true;
}

void drain() {
  draining = true;
  std::lock_guard lock(m);
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
