// A thread that waits for a timer goes on when another one sets it, and not when it is only set to later.
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cassert>
#include <cstdint>
#include <thread>

int main() {
  const int set = epoll_create1(0);
  const int timer = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(set, EPOLL_CTL_ADD, timer, &event);
  timespec begin;
  clock_gettime(CLOCK_REALTIME, &begin);
  std::thread loop([&] {
    epoll_event found;
    assert(epoll_wait(set, &found, 1, -1) == 1);
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    assert(now.tv_sec >= begin.tv_sec + 5);
    std::uint64_t count = 0;
    assert(read(timer, &count, sizeof count) == sizeof count && count == 1);
  });
  itimerspec at{};
  at.it_value = begin;
  at.it_value.tv_sec += 10;
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, nullptr);
  at.it_value.tv_sec -= 5;
  at.it_interval = {};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, nullptr);
  loop.join();
}
