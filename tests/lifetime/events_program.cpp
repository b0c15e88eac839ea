// Makes what needs no thread, and uses it. Says how many threads there are then.
#include <chrono>

#include "lifetime/thread_count.hpp"
#include "quiesce/quiesce.hpp"

int main() {
  namespace q = quiesce;
  using namespace std::chrono_literals;
  q::auto_reset_event automatic;
  q::manual_reset_event manual;
  q::semaphore semaphore(0, 2);
  q::mutex mutex;
  const q::stop_group group;
  automatic.set();
  manual.set();
  semaphore.release();
  mutex.lock();
  bool right = static_cast<bool>(q::wait_all({automatic, manual, semaphore, mutex}));
  right = right && !q::wait_any_for({automatic, semaphore}, 1ms);
  right = right && q::signal_and_wait(mutex, manual);
  mutex.unlock();
  automatic.pulse();
  return right ? lifetime::count_threads() : 100;
}
