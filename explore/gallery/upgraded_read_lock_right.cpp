/// A reader that finds something to write lets go of its read lock, takes the write lock, and looks again, since
/// another one may have been there in between.
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
int value = 0;

bool has_value() {
  std::shared_lock reading(m);
  return value != 0;
}

void make_value() {
  if (has_value()) return;
  std::unique_lock writing(m);
  if (value == 0) value = 42;
}

int main() {
  std::thread other(make_value);
  make_value();
  other.join();
  assert(value == 42);
}
