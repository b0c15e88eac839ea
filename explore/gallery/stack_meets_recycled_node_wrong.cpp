/// A lock-free stack of nodes that are used again. A pop has read the head and the one below; the head is popped, the
/// one below as well, and the head pushed again. The compare-exchange finds the head it knows, and makes a node the
/// top of the stack that somebody holds: it is handed out a second time.
#include <atomic>
#include <cassert>
#include <thread>

constexpr int none = -1;

struct node {
  std::atomic<int> below{none};
  std::atomic<bool> handed_out{false};
};

node nodes[2];
std::atomic<int> head{none};

void push(int pushed) {
  nodes[pushed].handed_out = false;
  int top = head;
  do {
    nodes[pushed].below = top;
  } while (!head.compare_exchange_strong(top, pushed));
}

int pop() {
  int top = head;
  while (top != none) {
    const int below = nodes[top].below;
    if (head.compare_exchange_strong(top, below)) {
      assert(!nodes[top].handed_out.exchange(true));
      break;
    }
  }
  return top;
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
