/// A detached thread reads a table that is a global variable. When main has returned the table is destroyed, whether the
/// thread has come to read it or not.
#include <atomic>
#include <thread>
#include <vector>

std::vector<int> table{1, 2, 3};
std::atomic<int> sum{0};

int main() {
  std::thread([] {
    for (const int each : table) sum += each;
  }).detach();
}
