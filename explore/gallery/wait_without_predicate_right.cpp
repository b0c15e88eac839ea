/// A wait on a condition variable that looks at what it waits for, and waits again until it is there: that it comes
/// back without a notification does no harm.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable answered;
int answer = 0;

void give_answer() {
  std::lock_guard lock(m);
  answer = 42;
  answered.notify_one();
}

int main() {
  std::unique_lock lock(m);
  std::thread other(give_answer);
  answered.wait(lock, [] { return answer != 0; });
  const int taken = answer;
  lock.unlock();
  other.join();
  assert(taken == 42);
}
