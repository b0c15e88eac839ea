#include <cassert>
#include <mutex>
#include <thread>

int balance = 100;
std::mutex books;

void withdraw(int amount) {
  const std::lock_guard hold{books};
  if (balance >= amount) balance -= amount;
}

int main() {
  std::thread customer{withdraw, 80};
  withdraw(80);
  customer.join();
  assert(balance >= 0);
}
