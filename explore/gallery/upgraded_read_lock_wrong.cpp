/// A reader that finds something to write asks for the write lock without letting go of its read lock. The writer
/// waits until all readers have left, and it is one of them; two such readers wait for each other besides.
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
int value = 0;

void make_value() {
  std::shared_lock reading(m);
  if (value != 0) return;
  std::unique_lock writing(m);
  value = 42;
}

int main() {
  std::thread other(make_value);
  make_value();
  other.join();
  assert(value == 42);
}
