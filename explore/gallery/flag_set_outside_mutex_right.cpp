/// A pool is shut down by a flag that is set under the mutex. The worker reads the flag and goes to sleep in one
/// step, as seen from whoever holds the mutex, so the notification comes before the reading or finds it asleep.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable wake;
bool stopping = false;

int main() {
  std::thread worker([] {
    std::unique_lock lock(m);
    while (!stopping) wake.wait(lock);
  });
  {
    std::lock_guard lock(m);
    stopping = true;
  }
  wake.notify_one();
  worker.join();
}
