/// The calls on descriptors of a program that is data.
#pragma once

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "fuzz_program.hpp"

namespace fuzz {

struct descriptors {
  static constexpr std::uint32_t the_counter = 1;
  static constexpr std::uint32_t the_pipe = 2;

  int counter = -1;
  int pipe_ends[2] = {-1, -1};
  int set = -1;
  std::uint32_t counter_events = 0;
  std::uint32_t pipe_events = 0;

  void open(const descriptor_setup& as);
  bool control(int how, std::uint32_t which) const;
};

inline bool descriptors::control(int how, std::uint32_t which) const {
  epoll_event event{};
  event.events = which == the_counter ? counter_events : pipe_events;
  event.data.u32 = which;
  return ::epoll_ctl(set, how, which == the_counter ? counter : pipe_ends[0], &event) == 0;
}

inline void descriptors::open(const descriptor_setup& as) {
  static const unsigned char nothing[pipe_size] = {};
  const std::uint32_t edge = as.by_edge ? EPOLLET : 0U;
  counter_events = (as.for_room ? EPOLLOUT : EPOLLIN) | edge;
  pipe_events = EPOLLIN | edge;
  counter = ::eventfd(0, as.counts_down ? EFD_SEMAPHORE : 0);
  set = ::epoll_create1(0);
  static_cast<void>(::pipe(pipe_ends) == 0 && (as.count == 0 || ::eventfd_write(counter, count_of(as.count)) == 0) &&
                    (as.bytes == 0 || ::write(pipe_ends[1], nothing, as.bytes) == as.bytes));
  for (const std::uint32_t each : {the_counter, the_pipe}) {
    if ((as.watched & each) != 0) control(EPOLL_CTL_ADD, each);
  }
}

/// A place of code for each `Place`, as in the interpreter.
template <unsigned Place>
std::uint8_t call(const descriptors& on, instruction one) {
  static_cast<void>(Place);
  const auto look = [](int fd, unsigned events, int milliseconds) {
    pollfd asked{.fd = fd, .events = static_cast<short>(events), .revents = 0};
    ::poll(&asked, 1, milliseconds);
    return static_cast<std::uint8_t>(((asked.revents & POLLIN) != 0 ? 1 : 0) |
                                     ((asked.revents & POLLOUT) != 0 ? 2 : 0));
  };
  const auto wait = [&](int milliseconds) {
    epoll_event told[2];
    const int count = ::epoll_wait(on.set, told, 2, milliseconds);
    std::uint32_t all = 0;
    for (int i = 0; i < count; ++i) all |= told[i].data.u32;
    return static_cast<std::uint8_t>(all);
  };
  const std::uint32_t which = one.on == 0 ? descriptors::the_counter : descriptors::the_pipe;
  unsigned char bytes[size_to_read(2)];
  switch (one.what) {
    case kind::count_read: {
      eventfd_t got = 0;
      ::eventfd_read(on.counter, &got);
      return byte_of(got);
    }
    case kind::count_write: return ::eventfd_write(on.counter, one.value) == 0 ? 0 : 1;
    case kind::count_look: return look(on.counter, POLLIN | POLLOUT, 0);
    case kind::count_wait: return look(on.counter, one.value == 0 ? POLLOUT : POLLIN, -1);
    case kind::count_wait_for: return look(on.counter, one.value == 0 ? POLLOUT : POLLIN, 1'000);
    case kind::pipe_read:
      return byte_of_size(static_cast<std::uint64_t>(::read(on.pipe_ends[0], bytes, size_to_read(one.value))));
    case kind::pipe_write:
      return byte_of_size(static_cast<std::uint64_t>(::write(on.pipe_ends[1], bytes, size_to_write(one.value))));
    case kind::pipe_wait:
      return one.value == 0 ? look(on.pipe_ends[1], POLLOUT, -1) : look(on.pipe_ends[0], POLLIN, -1);
    case kind::set_wait: return wait(-1);
    case kind::set_look: return wait(0);
    case kind::set_wait_for: return wait(1'000);
    case kind::set_add: return on.control(EPOLL_CTL_ADD, which) ? 0 : 1;
    case kind::set_remove: return on.control(EPOLL_CTL_DEL, which) ? 0 : 1;
    default: return not_done;
  }
}

}  // namespace fuzz
