/// The five steps of a stop, with all of their waits: forbid the arming, wait, disarm, wait, free. The first wait is for
/// the callbacks that may still arm, the second one for the call that started before the disarming.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
std::atomic<bool> stopping{false};
bool armed = true;
bool running = false;
bool closed = false;
int signals = 2;  // each makes for one call, once armed
int* calls = nullptr;

void callback() {
  const bool again = !stopping;
  std::lock_guard lock(m);
  ++*calls;
  if (again) armed = true;
}

bool begin_call() {
  std::unique_lock lock(m);
  changed.wait(lock, [] { return closed || (armed && signals > 0); });
  if (closed) return false;
  armed = false;
  --signals;
  running = true;
  return true;
}

void end_call() {
  std::lock_guard lock(m);
  running = false;
  changed.notify_all();
}

void work() {
  while (begin_call()) {
    callback();
    end_call();
  }
}

void wait_for_callback() {
  std::unique_lock lock(m);
  changed.wait(lock, [] { return !running; });
}

void disarm() {
  std::lock_guard lock(m);
  armed = false;
}

void stop() {
  stopping = true;
  wait_for_callback();
  disarm();
  wait_for_callback();
  delete calls;
}

int main() {
  calls = new int(0);
  std::thread worker(work);
  stop();
  {
    std::lock_guard lock(m);
    closed = true;
    changed.notify_all();
  }
  worker.join();
}
