/// Two threads stop the same thing. Whoever finds it open marks it closed under the same hold of the lock, so only
/// that one frees it.
#include <mutex>
#include <thread>

std::mutex m;
bool closed = false;
int* handle = nullptr;

void stop() {
  std::lock_guard lock(m);
  if (closed) return;
  closed = true;
  delete handle;
}

int main() {
  handle = new int(0);
  std::thread other(stop);
  stop();
  other.join();
}
