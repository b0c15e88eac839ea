/// A pulse releases those who wait at this moment, and leaves nothing behind. A thread that is just about to wait
/// misses it, and no other pulse comes.
#include <condition_variable>
#include <mutex>
#include <thread>

class pulsed_event {
 public:
  void pulse() {
    std::lock_guard lock(m_);
    ++pulses_;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(m_);
    const int before = pulses_;
    changed_.wait(lock, [&] { return pulses_ != before; });
  }

 private:
  std::mutex m_;
  std::condition_variable changed_;
  int pulses_ = 0;
};

int main() {
  pulsed_event event;
  std::thread waiter([&] { event.wait(); });
  event.pulse();
  waiter.join();
}
