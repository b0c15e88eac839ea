// A loop over epoll that nobody ends.
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <thread>

int main() {
  const int set = epoll_create1(0);
  const int stop = eventfd(0, 0);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(set, EPOLL_CTL_ADD, stop, &event);
  std::thread loop([&] {
    epoll_event found;
    epoll_wait(set, &found, 1, -1);
  });
  loop.join();
}
