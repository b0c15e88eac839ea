// The waiting thread throws a "stale" signal away before it waits: it may be the only one that ever comes.
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

int main() {
  const int ready = eventfd(0, EFD_NONBLOCK);
  std::thread giver([&] { eventfd_write(ready, 1); });
  eventfd_t count = 0;
  eventfd_read(ready, &count);
  const int waits = eventfd(0, 0);
  std::thread passer([&] {
    eventfd_t found = 0;
    if (eventfd_read(ready, &found) == 0) eventfd_write(waits, found);
  });
  giver.join();
  eventfd_read(waits, &count);
  passer.join();
}
