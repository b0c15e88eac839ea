// The value is written after the signal that announces it.
#include <sys/eventfd.h>

#include <thread>

int main() {
  const int ready = eventfd(0, 0);
  int value = 0;
  std::thread giver([&] {
    eventfd_write(ready, 1);
    value = 42;
  });
  eventfd_t count = 0;
  eventfd_read(ready, &count);
  const int got = value;
  giver.join();
  return got > 42;
}
