/// Two threads take two locks in opposite orders. Each holds its first one and waits for the other's.
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;

int main() {
  std::thread other([] {
    std::lock_guard first(b);
    std::lock_guard second(a);
  });
  {
    std::lock_guard first(a);
    std::lock_guard second(b);
  }
  other.join();
}
