// An edge is told once. A reader that takes only part of what it announced waits for a second one in vain.
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
  for (int taken = 0; taken < 2; ++taken) {
    epoll_event found;
    assert(epoll_wait(set, &found, 1, -1) == 1);
    eventfd_t one = 0;
    assert(eventfd_read(tokens, &one) == 0);
  }
  giver.join();
}
