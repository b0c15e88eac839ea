/// A lock-free stack whose nodes are freed when nobody reads them: a pop counts as a reader while it looks below the head.
/// It stops counting before its compare-exchange. Meanwhile the head is popped and freed, the one below is popped, and a
/// new node, pushed, lies where the old one lay. The compare-exchange finds the address that it knows, and makes a node
/// the top of the stack that somebody holds: it is handed out a second time.
#include <atomic>
#include <cassert>
#include <thread>

struct node {
  node* below = nullptr;
};

std::atomic<node*> head{nullptr};
std::atomic<int> readers{0};

void push(node* pushed) {
  node* top = head;
  do {
    pushed->below = top;
  } while (!head.compare_exchange_strong(top, pushed));
}

node* pop() {
  for (;;) {
    ++readers;
    node* top = head;
    node* const below = top != nullptr ? top->below : nullptr;
    --readers;
    if (top == nullptr || head.compare_exchange_strong(top, below)) return top;
  }
}

void discard(node* popped) {
  while (readers != 0) std::this_thread::yield();
  delete popped;
}

int main() {
  push(new node);
  push(new node);
  node* others = nullptr;
  std::thread other([&] { others = pop(); });
  node* const first = pop();
  node* const second = pop();
  discard(first);
  push(new node);
  node* const third = pop();
  assert(third == nullptr || third != second);
  other.join();
  delete second;
  delete third;
  delete others;
}
