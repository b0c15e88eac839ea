/// cds::container::VyukovMPMCCycleQueue with two places: two producers, and a consumer that tries.
#include <cds/container/vyukov_mpmc_cycle_queue.h>

#include <cassert>
#include <thread>

int main() {
  cds::container::VyukovMPMCCycleQueue<int> queue(2);
  std::thread first([&] { assert(queue.enqueue(1)); });
  std::thread second([&] { assert(queue.enqueue(2)); });
  int sum = 0;
  int item = 0;
  if (queue.dequeue(item)) sum += item;
  first.join();
  second.join();
  while (queue.dequeue(item)) sum += item;
  assert(sum == 3);
}
