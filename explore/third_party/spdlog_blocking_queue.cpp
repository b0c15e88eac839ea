/// spdlog::details::mpmc_blocking_queue with one place: two items, whose producer waits, and whose consumer waits with a limit.
#include <spdlog/common.h>
#include <spdlog/details/mpmc_blocking_q.h>

#include <cassert>
#include <chrono>
#include <thread>

int main() {
  spdlog::details::mpmc_blocking_queue<int> queue(1);
  std::thread producer([&] {
    queue.enqueue(1);
    queue.enqueue(2);
  });
  for (int expected = 1; expected <= 2; ++expected) {
    int item = 0;
    while (!queue.dequeue_for(item, std::chrono::milliseconds(1))) {
    }
    assert(item == expected);
  }
  producer.join();
}
