/// An initialisation that is done once, guarded by a flag made by hand. The first one to raise it initialises; the
/// second one sees it raised and goes on at once, while the first may still be at work.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> begun{false};
int value = 0;

int the_value() {
  if (!begun.exchange(true)) value = 42;
  return value;
}

int main() {
  std::thread other([] { assert(the_value() == 42); });
  assert(the_value() == 42);
  other.join();
}
