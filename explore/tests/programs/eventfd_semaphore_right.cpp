// Two writes of one and one of two are four tokens, whichever way four readers share them.
#include <sys/eventfd.h>

#include <cassert>
#include <thread>

int main() {
  const int tokens = eventfd(0, EFD_SEMAPHORE);
  std::thread taker([&] {
    for (int i = 0; i < 2; ++i) {
      eventfd_t one = 0;
      assert(eventfd_read(tokens, &one) == 0 && one == 1);
    }
  });
  eventfd_write(tokens, 1);
  eventfd_write(tokens, 2);
  for (int i = 0; i < 2; ++i) {
    if (i == 1) eventfd_write(tokens, 1);
    eventfd_t one = 0;
    assert(eventfd_read(tokens, &one) == 0 && one == 1);
  }
  taker.join();
}
