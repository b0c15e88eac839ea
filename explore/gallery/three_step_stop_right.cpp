/// A callback that arms itself again, stopped in five steps: forbid the arming, wait, disarm, wait, free. After the
/// first wait no callback is left that had not seen the ban, so nothing arms any more; after the disarming nothing
/// starts any more; the second wait is for what started in between.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
bool armed = true;
bool stopping = false;
bool running = false;
bool closed = false;
int signals = 2;  // each makes for one call, once armed
int* calls = nullptr;

void callback() {
  std::lock_guard lock(m);
  ++*calls;
  if (!stopping) armed = true;
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

void forbid_arming() {
  std::lock_guard lock(m);
  stopping = true;
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
  forbid_arming();
  wait_for_callback();
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
