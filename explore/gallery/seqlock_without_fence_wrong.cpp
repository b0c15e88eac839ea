/// A sequence lock whose reader has no fence before its second look at the number: that may find the number as it was before
/// the writer began, though one of the values is new already.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned> number{0};
std::atomic<int> low{0};
std::atomic<int> high{0};

void write_both(int value) {
  number.store(1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  low.store(value, std::memory_order_relaxed);
  high.store(value, std::memory_order_relaxed);
  number.store(2, std::memory_order_release);
}

void read_both() {
  const unsigned before = number.load(std::memory_order_acquire);
  const int first = low.load(std::memory_order_relaxed);
  const int second = high.load(std::memory_order_relaxed);
  const unsigned after = number.load(std::memory_order_relaxed);
  if (before % 2 == 0 && before == after) assert(first == second);
}

int main() {
  std::thread reader(read_both);
  write_both(1);
  reader.join();
}
