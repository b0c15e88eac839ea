/// Two acquirers and three releases on a semaphore made of a mutex and a condition variable: the count is looked at
/// and slept on under the mutex, and each release notifies one.
#include <condition_variable>
#include <mutex>
#include <thread>

class semaphore {
 public:
  void release() {
    std::lock_guard lock(m_);
    ++count_;
    released_.notify_one();
  }
  void acquire() {
    std::unique_lock lock(m_);
    released_.wait(lock, [&] { return count_ > 0; });
    --count_;
  }

 private:
  std::mutex m_;
  std::condition_variable released_;
  int count_ = 0;
};

semaphore available;

int main() {
  std::thread first([] { available.acquire(); });
  std::thread second([] { available.acquire(); });
  available.release();
  available.release();
  available.release();
  first.join();
  second.join();
}
