/// std::latch: two arrive, one waits; then it is destroyed.
#include <cassert>
#include <latch>
#include <optional>
#include <thread>

std::optional<std::latch> done;
int first_part = 0;
int second_part = 0;

int main() {
  done.emplace(2);
  std::thread first([] {
    first_part = 1;
    done->count_down();
  });
  std::thread second([] {
    second_part = 1;
    done->arrive_and_wait();
  });
  done->wait();
  assert(first_part + second_part == 2);
  first.join();
  second.join();
  done.reset();
}
