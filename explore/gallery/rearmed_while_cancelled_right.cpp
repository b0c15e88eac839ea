/// A one-shot timer is armed again under one hold of the lock, which also looks for a cancellation: what a
/// cancellation finds is either the new deadline, or a timer that will refuse one.
#include <cassert>
#include <mutex>
#include <thread>

class one_shot_timer {
 public:
  void rearm() {
    std::lock_guard lock(m_);
    armed_ = !cancelled_;
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
