#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

std::atomic<int> inside = 0;
std::atomic<int> entered = 0;

void visit() {
  for (int round = 0; round < 3; ++round) {
    inside.fetch_add(1);
    entered.fetch_add(1);
    inside.fetch_sub(1);
  }
}

int main() {
  std::vector<std::thread> visitors;
  for (int i = 0; i < 4; ++i) visitors.emplace_back(visit);
  for (std::thread& each : visitors) each.join();
  assert(inside == 0 && entered == 12);
}
