/// A pool is shut down by a flag that is set outside the mutex. The worker reads the flag, still low, and is about to
/// sleep; flag and notification come right then, with nobody waiting; the worker sleeps for ever. That the flag is
/// atomic does not help.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable wake;
std::atomic<bool> stopping{false};

int main() {
  std::thread worker([] {
    std::unique_lock lock(m);
    while (!stopping) wake.wait(lock);
  });
  stopping = true;
  wake.notify_one();
  worker.join();
}
