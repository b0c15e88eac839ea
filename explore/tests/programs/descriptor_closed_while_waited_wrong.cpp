// One thread closes the descriptor on which another waits, to wake it: it does not wake.
#include <sys/eventfd.h>
#include <unistd.h>

#include <thread>

int main() {
  const int ready = eventfd(0, 0);
  std::thread waiter([&] {
    eventfd_t count = 0;
    eventfd_read(ready, &count);
  });
  close(ready);
  waiter.join();
}
