#include <array>
#include <atomic>
#include <deque>
#include <explore/history.hpp>
#include <string>
#include <thread>

class queue {
 public:
  void push(int number) { place[end++] = number; }
  int pop() {
    for (;;) {
      int at = begin;
      if (at == end || place[at] == 0) return 0;
      if (begin.compare_exchange_strong(at, at + 1)) return place[at];
    }
  }

 private:
  std::array<std::atomic<int>, 8> place{};
  std::atomic<int> begin = 0;
  std::atomic<int> end = 0;
};

struct plain_queue {
  struct operation {
    int pushed = 0;  // 0: a pop
  };
  using answer = int;

  int apply(operation what) {
    int first = 0;
    if (what.pushed != 0) {
      waiting.push_back(what.pushed);
    } else if (!waiting.empty()) {
      first = waiting.front();
      waiting.pop_front();
    }
    return first;
  }
  bool operator==(const plain_queue&) const = default;
  static std::string describe(operation what, const int* got) {
    if (what.pushed != 0) return "push(" + std::to_string(what.pushed) + ")";
    return "pop() -> " + (got == nullptr ? "..." : std::to_string(*got));
  }

  std::deque<int> waiting;
};

int main() {
  queue numbers;
  explore::history<plain_queue> all;
  const auto push = [&](int number) { all.record({number}, [&] { return numbers.push(number), 0; }); };
  std::thread other{[&] { push(1); }};
  push(2);
  all.record({}, [&] { return numbers.pop(); });
  other.join();
  all.check();
}
