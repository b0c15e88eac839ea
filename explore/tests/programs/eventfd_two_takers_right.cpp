// Who takes a token and gives it back leaves it to another, who may as well have been first.
#include <sys/eventfd.h>

#include <cassert>
#include <thread>

int main() {
  const int tokens = eventfd(1, 0);
  int holders = 0;
  const auto hold = [&] {
    eventfd_t count = 0;
    eventfd_read(tokens, &count);
    assert(++holders == 1);
    --holders;
    eventfd_write(tokens, 1);
  };
  std::thread one(hold);
  std::thread two(hold);
  hold();
  one.join();
  two.join();
}
