// A loop over epoll that ends when its eventfd is written, and has done by then what was asked before.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cassert>
#include <thread>

int main() {
  const int set = epoll_create1(EPOLL_CLOEXEC);
  const int work = eventfd(0, EFD_NONBLOCK);
  const int stop = eventfd(0, EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = work;
  assert(epoll_ctl(set, EPOLL_CTL_ADD, work, &event) == 0);
  event.data.fd = stop;
  assert(epoll_ctl(set, EPOLL_CTL_ADD, stop, &event) == 0);
  unsigned done = 0;
  std::thread loop([&] {
    for (bool ends = false; !ends;) {
      epoll_event found[4];
      const int count = epoll_wait(set, found, 4, -1);
      for (int i = 0; i < count; ++i) {
        if (found[i].data.fd == stop) {
          ends = true;
          continue;
        }
        eventfd_t asked = 0;
        if (eventfd_read(work, &asked) == 0) done += static_cast<unsigned>(asked);
      }
    }
  });
  eventfd_write(work, 1);
  eventfd_write(work, 2);
  eventfd_write(stop, 1);
  loop.join();
  assert(done == 3);
  close(work);
  close(stop);
  close(set);
}
