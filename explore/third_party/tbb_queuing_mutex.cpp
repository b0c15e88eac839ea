/// tbb::queuing_mutex: three threads.
#include <oneapi/tbb/queuing_mutex.h>

#include <cassert>
#include <thread>

int main() {
  tbb::queuing_mutex lock;
  int value = 0;
  auto work = [&] {
    tbb::queuing_mutex::scoped_lock hold(lock);
    ++value;
  };
  std::thread first(work);
  std::thread second(work);
  work();
  first.join();
  second.join();
  assert(value == 3);
}
