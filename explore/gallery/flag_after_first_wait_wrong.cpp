/// The five steps of a stop in the wrong order: the ban on arming comes after the first wait instead of before it. A
/// callback that starts after that wait reads the ban before it is set, is overtaken by the disarming, and then arms:
/// the next call finds its memory freed.
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
  wait_for_callback();
  stopping = true;
  disarm();
  std::unique_lock lock(m);
  changed.wait(lock, [] { return !running; });
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
