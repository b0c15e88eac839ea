// A loop that takes its timer for the only reason to wake up: the stop can come first.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <cassert>
#include <thread>

int main() {
  const int set = epoll_create1(0);
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  const int stop = eventfd(0, EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = timer;
  epoll_ctl(set, EPOLL_CTL_ADD, timer, &event);
  event.data.fd = stop;
  epoll_ctl(set, EPOLL_CTL_ADD, stop, &event);
  itimerspec in_a_second{};
  in_a_second.it_value.tv_sec = 1;
  timerfd_settime(timer, 0, &in_a_second, nullptr);
  std::thread loop([&] {
    epoll_event found;
    assert(epoll_wait(set, &found, 1, -1) == 1);
    assert(found.data.fd == timer);
  });
  eventfd_write(stop, 1);
  loop.join();
}
