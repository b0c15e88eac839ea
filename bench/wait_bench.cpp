// Waits for several objects, beside the least that could be done and beside what Linux has for it.
#include <benchmark/benchmark.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "event_kinds.hpp"
#include "quiesce/quiesce.hpp"

namespace {

namespace q = quiesce;

constexpr std::size_t many = 64;

// Which of the 64 is signalled next: the same sequence for all.
class random_index {
 public:
  std::size_t next() noexcept {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state_ >> 58);
  }

 private:
  std::uint64_t state_ = 1;
};

class many_events {
 public:
  many_events() { references_.assign(events_.begin(), events_.end()); }
  q::auto_reset_event& operator[](std::size_t index) { return events_[index]; }
  q::handles all() const { return references_; }

 private:
  std::vector<q::auto_reset_event> events_{many};
  std::vector<q::handle_ref> references_;
};

// The yardstick: one lock and a bit for each event.
void set_and_find_in_a_mask_of_64(benchmark::State& state) {
  const quiesce_bench::second_thread other;
  std::mutex lock;
  std::uint64_t mask = 0;
  random_index which;
  for (auto _ : state) {
    {
      const std::lock_guard hold(lock);
      mask |= std::uint64_t{1} << which.next();
    }
    const std::lock_guard hold(lock);
    benchmark::DoNotOptimize(std::countr_zero(mask));
    mask &= mask - 1;
  }
}
BENCHMARK(set_and_find_in_a_mask_of_64);

void set_and_wait_any_of_64(benchmark::State& state) {
  many_events events;
  random_index which;
  for (auto _ : state) {
    events[which.next()].set();
    benchmark::DoNotOptimize(q::wait_any(events.all()).index);
  }
}
BENCHMARK(set_and_wait_any_of_64);

void set_and_epoll_of_64_eventfds(benchmark::State& state) {
  const int epoll = ::epoll_create1(0);
  std::vector<int> fds;
  for (std::size_t i = 0; i < many; ++i) {
    fds.push_back(::eventfd(0, EFD_NONBLOCK));
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = fds.back()}};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fds.back(), &wanted);
  }
  random_index which;
  for (auto _ : state) {
    ::eventfd_write(fds[which.next()], 1);
    epoll_event found{};
    ::epoll_wait(epoll, &found, 1, -1);
    eventfd_t value = 0;
    ::eventfd_read(found.data.fd, &value);
  }
  for (const int fd : fds) ::close(fd);
  ::close(epoll);
}
BENCHMARK(set_and_epoll_of_64_eventfds);

// What the scan of the handles costs: nothing is there.
void try_wait_any_of_many(benchmark::State& state) {
  many_events events;
  const q::handles some = events.all().first(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(q::try_wait_any(some).status);
}
BENCHMARK(try_wait_any_of_many)->Arg(1)->Arg(64);

// The yardstick for two that are taken together: a lock and a compare-exchange for each.
void set_two_and_take_both_under_a_lock(benchmark::State& state) {
  const quiesce_bench::second_thread other;
  std::mutex lock;
  std::atomic<int> a{0}, b{0};
  for (auto _ : state) {
    a.exchange(1);
    b.exchange(1);
    const std::lock_guard hold(lock);
    benchmark::DoNotOptimize(a.exchange(0) + b.exchange(0));
  }
}
BENCHMARK(set_two_and_take_both_under_a_lock);

void set_two_and_wait_for_both(benchmark::State& state) {
  q::auto_reset_event a, b;
  for (auto _ : state) {
    a.set();
    b.set();
    benchmark::DoNotOptimize(q::wait_all({a, b}).status);
  }
}
BENCHMARK(set_two_and_wait_for_both);

// Two threads that wake each other; the least for it is round_trip<futex_word>.
void round_trip_by_one_of_64_events(benchmark::State& state) {
  many_events events;
  q::auto_reset_event there;
  std::atomic<bool> over{false};
  std::thread other([&] {
    random_index which;
    while (!over) {
      static_cast<void>(q::wait(there));
      events[which.next()].set();
    }
  });
  for (auto _ : state) {
    there.set();
    static_cast<void>(q::wait_any(events.all()));
  }
  over = true;
  there.set();
  other.join();
}
BENCHMARK(round_trip_by_one_of_64_events)->UseRealTime();

}  // namespace
