// An atomic object for which there is no instruction changes as a whole.
#include <array>
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<std::array<int, 8>> large;

void add_to_both_ends() {
  std::array<int, 8> seen = large.load();
  std::array<int, 8> next{};
  do {
    next = seen;
    ++next.front();
    ++next.back();
  } while (!large.compare_exchange_strong(seen, next));
}

int main() {
  std::thread other(add_to_both_ends);
  add_to_both_ends();
  const std::array<int, 8> meanwhile = large.load();
  assert(meanwhile.front() == meanwhile.back());
  other.join();
  assert(large.load().back() == 2);
}
