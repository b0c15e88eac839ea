/// A barrier for two, used twice. The last one to arrive puts the count back to zero and wakes the other; before that
/// one has looked, the first comes round again and counts itself in. The woken one finds a count above zero and takes
/// it for its own round: both wait.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable all_arrived;
int arrived = 0;

void arrive_and_wait() {
  std::unique_lock lock(m);
  if (++arrived == 2) {
    arrived = 0;
    all_arrived.notify_all();
  } else {
    all_arrived.wait(lock, [] { return arrived == 0; });
  }
}

void two_rounds() {
  arrive_and_wait();
  arrive_and_wait();
}

int main() {
  std::thread other(two_rounds);
  two_rounds();
  other.join();
}
