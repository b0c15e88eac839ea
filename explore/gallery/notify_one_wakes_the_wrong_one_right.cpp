/// Two threads wait on one condition variable for different things, and each change notifies both: each looks for its
/// own.
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
  changed.notify_all();
}

int main() {
  std::thread first([] { wait_for(bread); });
  std::thread second([] { wait_for(butter); });
  bring(bread);
  bring(butter);
  first.join();
  second.join();
}
