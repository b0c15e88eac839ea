/// A watch tells of one change, and must then be armed again. The watcher reads the value first and arms after it: of a
/// change in between it is not told, and waits beside a value that it has not seen.
#include <atomic>
#include <thread>

std::atomic<int> value{0};
std::atomic<bool> armed{true};
std::atomic<int> told{0};

void change(int to) {
  value = to;
  if (armed.exchange(false)) {
    told = 1;
    told.notify_one();
  }
}

void watch_until(int last) {
  for (int seen = 0; seen != last;) {
    told.wait(0);
    told = 0;
    seen = value;
    armed = true;
  }
}

int main() {
  std::thread watcher([] { watch_until(2); });
  change(1);
  change(2);
  watcher.join();
}
