// One thread more than an execution has room for.
#include <thread>
#include <vector>

int main() {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 32; ++i) threads.emplace_back([] {});
}
