/// std::call_once: the first call throws, another thread's succeeds.
#include <cassert>
#include <mutex>
#include <thread>

std::once_flag once;
int calls = 0;
int made = 0;

void make() {
  if (++calls == 1) throw 1;
  made = 1;
}

void ask() {
  try {
    std::call_once(once, make);
    assert(made == 1);
  } catch (int) {
  }
}

int main() {
  std::thread other(ask);
  ask();
  other.join();
  assert(calls == 2);
}
