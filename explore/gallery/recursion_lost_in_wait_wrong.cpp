/// A recursive monitor gives itself up in wait(), however deeply its owner has entered, and afterwards is entered
/// once. Who had entered twice leaves it for good with the first exit, and no longer owns it at the second.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

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
    depth_ = 0;
    leave();
    pulsed_.wait(lock);
    left_.wait(lock, [&] { return depth_ == 0; });
    owner_ = std::this_thread::get_id();
    depth_ = 1;
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
