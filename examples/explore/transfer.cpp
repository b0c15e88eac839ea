#include <mutex>
#include <thread>

struct account {
  std::mutex guard;
  int balance = 100;
};

account savings;
account current;

void transfer(account& from, account& to, int amount) {
  const std::lock_guard first{from.guard};
  const std::lock_guard second{to.guard};
  from.balance -= amount;
  to.balance += amount;
}

int main() {
  std::thread clerk{[] { transfer(savings, current, 10); }};
  transfer(current, savings, 20);
  clerk.join();
}
