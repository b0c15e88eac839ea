// What was reported once stays silent until it is asked for again.
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cassert>
#include <cerrno>
#include <thread>

int main() {
  const int set = epoll_create1(0);
  const int work = eventfd(0, EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLONESHOT;
  event.data.u64 = 0x1234'5678'9abc'def0;
  assert(epoll_ctl(set, EPOLL_CTL_ADD, work, &event) == 0);
  assert(epoll_ctl(set, EPOLL_CTL_ADD, work, &event) == -1 && errno == EEXIST);
  std::thread giver([&] { eventfd_write(work, 1); });
  epoll_event found;
  assert(epoll_wait(set, &found, 1, -1) == 1);
  assert(found.events == EPOLLIN && found.data.u64 == event.data.u64);
  giver.join();
  assert(epoll_wait(set, &found, 1, 0) == 0);
  assert(epoll_wait(set, &found, 1, 10) == 0);
  assert(epoll_ctl(set, EPOLL_CTL_MOD, work, &event) == 0);
  assert(epoll_wait(set, &found, 1, -1) == 1);
  assert(epoll_ctl(set, EPOLL_CTL_DEL, work, nullptr) == 0);
  assert(epoll_ctl(set, EPOLL_CTL_DEL, work, nullptr) == -1 && errno == ENOENT);
}
