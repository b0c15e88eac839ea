/// Two threads stop the same thing. Each looks whether it is still open, and closes it later, under the lock again:
/// both have found it open, and both free it.
#include <mutex>
#include <thread>

std::mutex m;
bool closed = false;
int* handle = nullptr;

bool is_open() {
  std::lock_guard lock(m);
  return !closed;
}

void close() {
  std::lock_guard lock(m);
  closed = true;
  delete handle;
}

void stop() {
  if (is_open()) close();
}

int main() {
  handle = new int(0);
  std::thread other(stop);
  stop();
  other.join();
}
