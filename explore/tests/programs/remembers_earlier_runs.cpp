// Keeps a count in memory that is not put back between executions, and does more each time.
#include <sys/mman.h>

#include <atomic>
#include <thread>

int* const runs = static_cast<int*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

int main() {
  std::atomic<int> value = 0;
  std::thread other([&] { ++value; });
  for (int i = 0; i < *runs; ++i) ++value;
  ++*runs;
  other.join();
}
