// Which objects it touches depends on the processor's counter of cycles, which nobody can put back. Four of a thousand: that two
// executions touch the same ones by chance is not to be expected in the life of this test.
#include <x86intrin.h>

#include <atomic>
#include <thread>

std::atomic<int> cells[1024];

int main() {
  std::thread other([] { ++cells[0]; });
  for (int i = 0; i < 4; ++i) ++cells[__rdtsc() / 16 % 1024];
  other.join();
}
