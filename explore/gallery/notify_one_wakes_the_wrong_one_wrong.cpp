/// Two threads wait on one condition variable for different things, and each change notifies one of them. The
/// notification for one thing can wake the thread that waits for the other: it looks, sleeps again, and the right one
/// is never woken.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
bool bread = false;
bool butter = false;

void wait_for(const bool& wanted) {
  std::unique_lock lock(m);
  changed.wait(lock, [&] { return wanted; });
}

void bring(bool& what) {
  std::lock_guard lock(m);
  what = true;
  changed.notify_one();
}

int main() {
  std::thread first([] { wait_for(bread); });
  std::thread second([] { wait_for(butter); });
  bring(bread);
  bring(butter);
  first.join();
  second.join();
}
