#include <atomic>
#include <cassert>
#include <thread>

int balance = 100;

void withdraw(int amount) {
  if (balance >= amount) balance -= amount;
}

int main() {
  std::thread customer{withdraw, 80};
  withdraw(80);
  customer.join();
  assert(balance >= 0);
}
