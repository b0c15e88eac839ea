// A thread reads what another one closes: the first search meets the reader when it waits already.
#include <sys/eventfd.h>
#include <unistd.h>

#include <thread>

int main() {
  const int ready = eventfd(0, 0);
  std::thread closer([&] { close(ready); });
  eventfd_t count = 0;
  eventfd_read(ready, &count);
  closer.join();
}
