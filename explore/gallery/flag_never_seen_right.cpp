/// A thread sleeps on an atomic flag until another one raises it. The flag is read afresh each time, and raising it
/// publishes what was written before.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> over{false};
bool repented = false;

int main() {
  std::thread sleeper([] {
    over.wait(false);
    assert(repented);
  });
  repented = true;
  over = true;
  over.notify_one();
  sleeper.join();
}
