/// std::barrier: two threads meet twice; what each wrote in a round is seen by the other in the next.
#include <barrier>
#include <cassert>
#include <thread>

int rounds = 0;
void count() noexcept { ++rounds; }
std::barrier meeting{2, &count};
int written[2][2];

void work(int self) {
  for (int round = 0; round < 2; ++round) {
    written[round][self] = 1;
    meeting.arrive_and_wait();
    assert(written[round][1 - self] == 1);
    assert(rounds >= round + 1);
  }
}

int main() {
  std::thread other(work, 1);
  work(0);
  other.join();
  assert(rounds == 2);
}
