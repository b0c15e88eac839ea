/// tbb::spin_rw_mutex: two readers that both ask to write.
#include <oneapi/tbb/spin_rw_mutex.h>

#include <cassert>
#include <thread>

int main() {
  tbb::spin_rw_mutex lock;
  int value = 0;
  auto work = [&] {
    tbb::spin_rw_mutex::scoped_lock hold(lock, /*write=*/false);
    const int seen = value;
    if (hold.upgrade_to_writer()) assert(value == seen);
    ++value;
  };
  std::thread other(work);
  work();
  other.join();
  assert(value == 2);
}
