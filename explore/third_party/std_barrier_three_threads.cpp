/// std::barrier: three threads meet once.
#include <barrier>
#include <cassert>
#include <thread>

std::barrier meeting{3};
int written[3];

void work(int self) {
  written[self] = 1;
  meeting.arrive_and_wait();
  assert(written[0] + written[1] + written[2] == 3);
}

int main() {
  std::thread first(work, 1);
  std::thread second(work, 2);
  work(0);
  first.join();
  second.join();
}
