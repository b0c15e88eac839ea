/// A wait on a condition variable that does not look at what it waits for. It comes back without a notification, as
/// it may, and that is taken for the answer.
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
  answered.wait(lock);
  const int taken = answer;
  lock.unlock();
  other.join();
  assert(taken == 42);
}
