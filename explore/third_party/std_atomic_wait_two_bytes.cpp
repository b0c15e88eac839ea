/// Two std::atomic<char> that sleep on one word of the library's: each notify_one must reach its own waiter.
#include <atomic>
#include <thread>

std::atomic<char> flags[2];

int main() {
  std::thread first([] { flags[0].wait(0); });
  std::thread second([] { flags[1].wait(0); });
  flags[0] = 1;
  flags[0].notify_one();
  flags[1] = 1;
  flags[1].notify_one();
  first.join();
  second.join();
}
