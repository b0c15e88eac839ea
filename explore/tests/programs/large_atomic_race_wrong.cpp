// An atomic object for which there is no instruction, and a thread that reads it as if it were a plain one.
#include <array>
#include <atomic>
#include <thread>

std::atomic<std::array<int, 8>> large;

int main() {
  std::thread writer([] { large.store({1, 2, 3, 4, 5, 6, 7, 8}); });
  const volatile int first = *reinterpret_cast<int*>(&large);
  static_cast<void>(first);
  writer.join();
}
