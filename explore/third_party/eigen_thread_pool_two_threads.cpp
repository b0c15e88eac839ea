/// Eigen::ThreadPool of two threads: a task that schedules another, and the pool's destruction, which lets both end.
#include <unsupported/Eigen/CXX11/ThreadPool>

#include <atomic>
#include <cassert>

int main() {
  std::atomic<int> done{0};
  {
    Eigen::ThreadPool pool(2, /*allow_spinning=*/false);
    pool.Schedule([&] {
      ++done;
      pool.Schedule([&] { ++done; });
    });
  }
  assert(done == 2);
}
