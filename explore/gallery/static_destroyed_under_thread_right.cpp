/// A thread reads a table that is a global variable, and is joined before main returns.
#include <atomic>
#include <thread>
#include <vector>

std::vector<int> table{1, 2, 3};
std::atomic<int> sum{0};

int main() {
  std::thread reader([] {
    for (const int each : table) sum += each;
  });
  reader.join();
}
