/// std::barrier: three threads meet once. main() is none of them: where a thread begins to look follows from its id, and that
/// of the first thread is an address that each machine chooses for itself.
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
  std::thread first(work, 0);
  std::thread second(work, 1);
  std::thread third(work, 2);
  first.join();
  second.join();
  third.join();
}
