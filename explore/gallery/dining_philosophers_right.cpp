/// Three philosophers at a round table. The forks are numbered, and each philosopher takes the lower number first, so
/// that no circle can close.
#include <mutex>
#include <thread>

std::mutex forks[3];

void dine(std::mutex& first, std::mutex& second) {
  std::lock_guard one(first);
  std::lock_guard other(second);
}

int main() {
  std::thread aristotle([] { dine(forks[0], forks[1]); });
  std::thread boethius([] { dine(forks[1], forks[2]); });
  dine(forks[0], forks[2]);
  aristotle.join();
  boethius.join();
}
