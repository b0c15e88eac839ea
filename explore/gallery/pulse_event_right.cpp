/// A signal that stays until somebody takes it: it does not matter whether the waiter or the signal comes first.
#include <condition_variable>
#include <mutex>
#include <thread>

class stored_event {
 public:
  void set() {
    std::lock_guard lock(m_);
    signalled_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(m_);
    changed_.wait(lock, [&] { return signalled_; });
    signalled_ = false;
  }

 private:
  std::mutex m_;
  std::condition_variable changed_;
  bool signalled_ = false;
};

int main() {
  stored_event event;
  std::thread waiter([&] { event.wait(); });
  event.set();
  waiter.join();
}
