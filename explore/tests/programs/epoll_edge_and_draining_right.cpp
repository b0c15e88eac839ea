// A reader that takes everything after each edge misses nothing.
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cassert>
#include <thread>

int main() {
  const int set = epoll_create1(0);
  const int tokens = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  epoll_ctl(set, EPOLL_CTL_ADD, tokens, &event);
  std::thread giver([&] {
    eventfd_write(tokens, 1);
    eventfd_write(tokens, 1);
  });
  for (int taken = 0; taken < 2;) {
    epoll_event found;
    assert(epoll_wait(set, &found, 1, -1) == 1);
    eventfd_t one = 0;
    while (eventfd_read(tokens, &one) == 0) ++taken;
  }
  giver.join();
}
