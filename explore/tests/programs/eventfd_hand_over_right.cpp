// One thread hands a value to another through an eventfd: the read of the count comes after the write of the value.
#include <sys/eventfd.h>
#include <unistd.h>

#include <cassert>
#include <thread>

int main() {
  const int ready = eventfd(0, 0);
  int value = 0;
  std::thread giver([&] {
    value = 42;
    eventfd_write(ready, 1);
  });
  eventfd_t count = 0;
  eventfd_read(ready, &count);
  assert(count == 1 && value == 42);
  giver.join();
  close(ready);
}
