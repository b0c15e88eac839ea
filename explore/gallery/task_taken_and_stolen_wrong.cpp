/// A deque of tasks, after Chase and Lev: its owner takes from the bottom, thieves from the top. Only for the last task do
/// they compete. Without fences the owner may see an old top, or a thief an old bottom, and both take the same task.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> top{0};
std::atomic<int> bottom{2};  // tasks 0 and 1
std::atomic<int> taken[2] = {0, 0};

void run(int task) { assert(taken[task].fetch_add(1, std::memory_order_relaxed) == 0); }

bool advance_top(int from) { return top.compare_exchange_strong(from, from + 1); }

void take() {
  const int last = bottom.load(std::memory_order_relaxed) - 1;
  bottom.store(last, std::memory_order_relaxed);
  const int first = top.load(std::memory_order_relaxed);
  if (first < last) return run(last);
  if (first == last && advance_top(first)) run(last);
  bottom.store(last + 1, std::memory_order_relaxed);
}

void steal() {
  const int first = top.load(std::memory_order_acquire);
  const int end = bottom.load(std::memory_order_acquire);
  if (first < end && advance_top(first)) run(first);
}

int main() {
  std::thread thief([] {
    steal();
    steal();
  });
  take();
  thief.join();
}
