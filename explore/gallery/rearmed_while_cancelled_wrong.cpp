/// A one-shot timer is armed again in two holds of the lock: the first takes the old deadline away, unless the timer
/// has been cancelled; the second puts the new one in. A cancellation in between finds nothing to take away, and the
/// timer fires after it.
#include <cassert>
#include <mutex>
#include <thread>

class one_shot_timer {
 public:
  void rearm() {
    if (!disarm()) return;
    std::lock_guard lock(m_);
    armed_ = true;
  }
  void cancel() {
    std::lock_guard lock(m_);
    cancelled_ = true;
    armed_ = false;
  }
  bool armed() {
    std::lock_guard lock(m_);
    return armed_;
  }

 private:
  bool disarm() {
    std::lock_guard lock(m_);
    armed_ = false;
    return !cancelled_;
  }

  std::mutex m_;
  bool cancelled_ = false;
  bool armed_ = true;
};

int main() {
  one_shot_timer timer;
  std::thread callback([&] { timer.rearm(); });
  timer.cancel();
  callback.join();
  assert(!timer.armed());
}
