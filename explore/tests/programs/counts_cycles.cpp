// What it does depends on the processor's counter of cycles, which nobody can put back.
#include <x86intrin.h>

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> value = 0;
  std::thread other([&] { ++value; });
  for (unsigned long long i = 0; i < __rdtsc() / 16 % 8; ++i) ++value;
  other.join();
}
