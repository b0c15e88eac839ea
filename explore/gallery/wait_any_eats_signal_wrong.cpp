/// A wait for any of two events that takes the signal it finds, and then asks whether its time is up. If signal and
/// time-out come together, it reports the time-out, and has eaten the signal.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

constexpr int none = -1;
std::mutex m;
std::condition_variable changed;
bool signalled[2] = {false, false};

void set(int event) {
  std::lock_guard lock(m);
  signalled[event] = true;
  changed.notify_one();
}

int take_one() {
  for (int event = 0; event < 2; ++event) {
    if (signalled[event]) {
      signalled[event] = false;
      return event;
    }
  }
  return none;
}

int wait_any_for(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  bool timed_out = false;
  std::unique_lock lock(m);
  for (;;) {
    const int taken = take_one();
    if (timed_out) return none;
    if (taken != none) return taken;
    timed_out = changed.wait_until(lock, deadline) == std::cv_status::timeout;
  }
}

int main() {
  std::thread setter([] { set(1); });
  const int taken = wait_any_for(std::chrono::milliseconds(1));
  setter.join();
  assert(taken == 1 || signalled[1]);
}
