/// Three philosophers at a round table, each with a fork to the left and one to the right. Each takes the left one,
/// and waits for the right one, which is the neighbour's left one.
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
  dine(forks[2], forks[0]);
  aristotle.join();
  boethius.join();
}
