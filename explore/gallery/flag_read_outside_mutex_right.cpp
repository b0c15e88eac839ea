/// The waiter reads the flag under the mutex, and sleeps with that mutex: no notification fits in between.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
bool ready = false;

int main() {
  std::thread waiter([] {
    std::unique_lock lock(m);
    changed.wait(lock, [] { return ready; });
  });
  {
    std::lock_guard lock(m);
    ready = true;
    changed.notify_one();
  }
  waiter.join();
}
