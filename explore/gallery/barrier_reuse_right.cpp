/// A barrier for two, used twice. The rounds are numbered, and whoever waits, waits for the end of its own round.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable all_arrived;
int arrived = 0;
int round_number = 0;

void arrive_and_wait() {
  std::unique_lock lock(m);
  if (++arrived == 2) {
    arrived = 0;
    ++round_number;
    all_arrived.notify_all();
  } else {
    const int own = round_number;
    all_arrived.wait(lock, [=] { return round_number != own; });
  }
}

void two_rounds() {
  arrive_and_wait();
  arrive_and_wait();
}

int main() {
  std::thread other(two_rounds);
  two_rounds();
  other.join();
}
