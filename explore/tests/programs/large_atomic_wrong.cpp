// A load and a store of an atomic object for which there is no instruction: what comes in between is lost.
#include <array>
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<std::array<int, 8>> large;

void add_to_both_ends() {
  std::array<int, 8> next = large.load();
  ++next.front();
  ++next.back();
  large.store(next);
}

int main() {
  std::thread other(add_to_both_ends);
  add_to_both_ends();
  other.join();
  assert(large.load().back() == 2);
}
