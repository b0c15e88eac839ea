/// A recursive monitor gives itself up in wait(), however deeply its owner has entered, keeps the depth, and afterwards
/// is entered as deeply as before.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

class monitor {
 public:
  void enter() {
    std::unique_lock lock(m_);
    if (owner_ != std::this_thread::get_id()) left_.wait(lock, [&] { return depth_ == 0; });
    owner_ = std::this_thread::get_id();
    ++depth_;
  }
  void exit() {
    std::lock_guard lock(m_);
    assert(owner_ == std::this_thread::get_id());
    if (--depth_ == 0) leave();
  }
  void wait() {
    std::unique_lock lock(m_);
    const int depth = std::exchange(depth_, 0);
    leave();
    pulsed_.wait(lock);
    left_.wait(lock, [&] { return depth_ == 0; });
    owner_ = std::this_thread::get_id();
    depth_ = depth;
  }
  void pulse() {
    std::lock_guard lock(m_);
    pulsed_.notify_all();
  }

 private:
  void leave() {
    owner_ = std::thread::id();
    left_.notify_one();
  }

  std::mutex m_;
  std::condition_variable left_;
  std::condition_variable pulsed_;
  std::thread::id owner_;
  int depth_ = 0;
};

monitor state;
bool ready = false;

void await_ready() {
  state.enter();
  while (!ready) state.wait();
  state.exit();
}

int main() {
  std::thread other([] {
    state.enter();
    ready = true;
    state.pulse();
    state.exit();
  });
  state.enter();
  await_ready();
  state.exit();
  other.join();
}
