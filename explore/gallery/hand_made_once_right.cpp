/// An initialisation that is done once, by std::call_once: whoever comes second waits until the first has ended.
#include <cassert>
#include <mutex>
#include <thread>

std::once_flag begun;
int value = 0;

int the_value() {
  std::call_once(begun, [] { value = 42; });
  return value;
}

int main() {
  std::thread other([] { assert(the_value() == 42); });
  assert(the_value() == 42);
  other.join();
}
