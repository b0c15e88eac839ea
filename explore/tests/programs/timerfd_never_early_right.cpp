// A timer fires at its time or later, once or again and again, and not at all when it was set to something else before.
#include <fcntl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <thread>

long long now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

int main() {
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  const long long begin = now();
  itimerspec set{};
  set.it_value.tv_nsec = 5'000'000;
  set.it_interval.tv_nsec = 3'000'000;
  assert(timerfd_settime(timer, 0, &set, nullptr) == 0);
  std::uint64_t count = 0;
  std::thread sleeper([] { usleep(4'000); });
  assert(read(timer, &count, sizeof count) == sizeof count && count >= 1);
  assert(now() - begin >= 5'000'000);
  assert(read(timer, &count, sizeof count) == sizeof count && count >= 1);
  assert(now() - begin >= 8'000'000);
  itimerspec before;
  set = {};
  assert(timerfd_settime(timer, 0, &set, &before) == 0);
  assert(before.it_interval.tv_nsec == 3'000'000);
  assert(fcntl(timer, F_SETFL, O_NONBLOCK) == 0);
  assert(read(timer, &count, sizeof count) == -1 && errno == EAGAIN);
  sleeper.join();
  close(timer);
}
