/// Descriptors for which a call waits: as many executions as there are orders, by arithmetic or by plain search.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <thread>
#include <utility>
#include <vector>

#include "explore/explore.hpp"

namespace {

using explore::report;
using explore::strategy;

using task = std::function<void()>;
constexpr std::uint64_t most_count = UINT64_MAX - 1;
constexpr unsigned pipe_size = 65'536;

report search(const task& program, strategy by) {
  explore::options how;
  how.search = by;
  how.deviations = 1000;
  how.time = std::chrono::milliseconds(60'000);
  return explore::check(program, how);
}

/// With reduction there is one execution for each order, and plain search finds no other ones. Nobody joins, so that one who
/// waits for ever is no failure.
void expect(std::uint64_t orders, const std::function<std::vector<task>()>& prepare) {
  const task program = [&prepare] {
    for (task& each : prepare()) std::thread(std::move(each)).detach();
  };
  const report reduced = search(program, strategy::exhaustive);
  ASSERT_TRUE(reduced.passed() && reduced.complete) << reduced;
  EXPECT_EQ(reduced.executions, orders) << reduced;
  EXPECT_EQ(reduced.states, orders) << reduced;
  const report plain = search(program, strategy::bounded);
  ASSERT_TRUE(plain.passed() && plain.complete) << plain;
  EXPECT_EQ(plain.states, reduced.states) << plain << reduced;
  EXPECT_EQ(plain.digest, reduced.digest) << plain << reduced;
}

task in_turn(task first, task second) {
  return [first = std::move(first), second = std::move(second)] { first(), second(); };
}

// Counters

int counter_of(eventfd_t count, int flags = EFD_SEMAPHORE) {
  const int made = ::eventfd(0, flags);
  if (count != 0) ::eventfd_write(made, count);
  return made;
}
task takes_one(int counter) {
  return [counter] {
    eventfd_t got = 0;
    ::eventfd_read(counter, &got);
  };
}
task adds(int counter, eventfd_t value = 1) {
  return [counter, value] { ::eventfd_write(counter, value); };
}

// Pipes

struct open_pipe {
  int read = -1;
  int write = -1;
};
open_pipe pipe_with(unsigned bytes) {
  static const unsigned char nothing[pipe_size] = {};
  int ends[2];
  static_cast<void>(::pipe(ends) == 0 && (bytes == 0 || ::write(ends[1], nothing, bytes) == bytes));
  return {ends[0], ends[1]};
}
task reads(const open_pipe& from, std::size_t size) {
  return [fd = from.read, size] {
    unsigned char bytes[8];
    static_cast<void>(::read(fd, bytes, size));
  };
}
task writes(const open_pipe& to, std::size_t size) {
  return [fd = to.write, size] {
    const unsigned char bytes[8] = {};
    static_cast<void>(::write(fd, bytes, size));
  };
}

// Waits that take nothing

task waits_for(int fd, short events) {
  return [fd, events] {
    pollfd asked{.fd = fd, .events = events, .revents = 0};
    ::poll(&asked, 1, -1);
  };
}
void add_to(int set, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  ::epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}
int set_of(std::initializer_list<int> fds) {
  const int made = ::epoll_create1(0);
  for (const int fd : fds) add_to(made, fd);
  return made;
}
task waits_on(int set) {
  return [set] {
    epoll_event told;
    ::epoll_wait(set, &told, 1, -1);
  };
}

// Threads that each take what there is only once, and give it back, come one after the other.
constexpr std::uint64_t orders_of_three = 6;

TEST(DescriptorCounts, TheLastPlaceInACounterIsHeldInEachOrder) {
  expect(orders_of_three, [] {
    const int counter = counter_of(most_count - 1);
    const task holds = in_turn(adds(counter), takes_one(counter));
    return std::vector<task>{holds, holds, holds};
  });
}

TEST(DescriptorCounts, TheLastPlaceInAPipeIsHeldInEachOrder) {
  expect(orders_of_three, [] {
    const open_pipe pipe = pipe_with(pipe_size - 1);
    const task holds = in_turn(writes(pipe, 1), reads(pipe, 1));
    return std::vector<task>{holds, holds, holds};
  });
}

TEST(DescriptorCounts, WhoNeedsMoreRoomThanIsLeftWaitsForIt) {
  // The small one first, or the large one and then the small one after it; and the other way round.
  expect(2, [] {
    const open_pipe pipe = pipe_with(pipe_size - 2);
    return std::vector<task>{in_turn(writes(pipe, 1), reads(pipe, 1)), writes(pipe, 2)};
  });
}

TEST(DescriptorCounts, WhoCanNeverHaveTheRoomAgainMissedIt) {
  // Whoever comes first fills the counter; a second writer then waits for ever unless the first one reads.
  expect(2, [] {
    const int counter = counter_of(most_count - 1);
    return std::vector<task>{in_turn(adds(counter), takes_one(counter)), adds(counter)};
  });
}

TEST(DescriptorCounts, WhoLooksForRoomSeesItBeforeBetweenAndAfter) {
  // In either order of the two that hold it.
  expect(6, [] {
    const int counter = counter_of(most_count - 1);
    const task holds = in_turn(adds(counter), takes_one(counter));
    return std::vector<task>{holds, holds, waits_for(counter, POLLOUT)};
  });
}

TEST(DescriptorCounts, ACounterIsTakenInEachOrderBesideOneOfItsSetThatIsAlwaysReady) {
  expect(orders_of_three, [] {
    const int counter = counter_of(1);
    set_of({counter, counter_of(1)});
    const task holds = in_turn(takes_one(counter), adds(counter));
    return std::vector<task>{holds, holds, holds};
  });
}

TEST(DescriptorCounts, APipeIsReadInEachOrderBesideOneOfItsSetThatIsAlwaysReady) {
  expect(orders_of_three, [] {
    const open_pipe pipe = pipe_with(1);
    set_of({counter_of(1), pipe.read});
    const task holds = in_turn(reads(pipe, 1), writes(pipe, 1));
    return std::vector<task>{holds, holds, holds};
  });
}

TEST(DescriptorCounts, ASetIsWaitedForBeforeBetweenAndAfter) {
  expect(6, [] {
    const int counter = counter_of(1);
    const int set = set_of({counter});
    const task holds = in_turn(takes_one(counter), adds(counter));
    return std::vector<task>{holds, holds, waits_on(set)};
  });
}

TEST(DescriptorCounts, WhatIsReadIsTheSameAfterItWasAddedToASet) {
  // The one reads, and adds the pipe to the set before or after the other adds to the counter in it; or the other reads.
  expect(3, [] {
    const open_pipe pipe = pipe_with(1);
    const int counter = counter_of(0);
    const int set = set_of({counter});
    return std::vector<task>{in_turn(reads(pipe, 1), [=] { add_to(set, pipe.read); }),
                             in_turn(adds(counter), reads(pipe, 2))};
  });
}

TEST(DescriptorCounts, TwoThreadsMayRemoveFromOneSetInEitherOrder) {
  expect(2, [] {
    const int one = counter_of(1);
    const int two = counter_of(1);
    const int set = set_of({one, two, counter_of(1), counter_of(1)});
    const auto removes = [set](int fd) { return [=] { ::epoll_ctl(set, EPOLL_CTL_DEL, fd, nullptr); }; };
    return std::vector<task>{removes(one), removes(two)};
  });
}

}  // namespace
