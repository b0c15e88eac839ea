/// A callback that arms itself again, stopped in three steps: disarm, wait for the callback in flight, free what it
/// uses. The callback in flight arms itself after the disarming; the stopper sees that it has ended, and frees; then
/// the second signal runs the callback once more.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
bool armed = true;
bool running = false;
bool closed = false;
int signals = 2;  // each makes for one call, once armed
int* calls = nullptr;

void callback() {
  std::lock_guard lock(m);
  ++*calls;
  armed = true;
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

void disarm() {
  std::lock_guard lock(m);
  armed = false;
}

void stop() {
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
