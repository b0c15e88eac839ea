/// Two threads take two locks in the same order: whoever has the first one finds the second one free, or soon free.
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;

int main() {
  std::thread other([] {
    std::lock_guard first(a);
    std::lock_guard second(b);
  });
  {
    std::lock_guard first(a);
    std::lock_guard second(b);
  }
  other.join();
}
