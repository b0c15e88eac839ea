/// A lock-free stack of nodes that are used again, whose head carries a number that each change counts up. When the
/// head is popped and pushed again, its number is another one, and the compare-exchange of a pop that has read the old
/// one fails.
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

constexpr int none = -1;

struct node {
  std::atomic<int> below{none};
  std::atomic<bool> handed_out{false};
};

node nodes[2];
std::atomic<std::uint64_t> head{0};  // how often it has changed, and in the lower half one more than the top's index

int top_of(std::uint64_t read) { return static_cast<int>(read & 0xffffffffU) - 1; }

std::uint64_t after(std::uint64_t read, int top) {
  return (((read >> 32) + 1) << 32) | static_cast<std::uint32_t>(top + 1);
}

void push(int pushed) {
  nodes[pushed].handed_out = false;
  std::uint64_t read = head;
  do {
    nodes[pushed].below = top_of(read);
  } while (!head.compare_exchange_strong(read, after(read, pushed)));
}

int pop() {
  std::uint64_t read = head;
  while (top_of(read) != none) {
    const int below = nodes[top_of(read)].below;
    if (head.compare_exchange_strong(read, after(read, below))) {
      assert(!nodes[top_of(read)].handed_out.exchange(true));
      break;
    }
  }
  return top_of(read);
}

int main() {
  push(1);
  push(0);
  std::thread other(pop);
  const int first = pop();
  pop();
  if (first != none) push(first);
  pop();
  other.join();
}
