#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <thread>
#include <vector>

#include "event_kinds.hpp"
#include "measuring.hpp"

// What every kind of pool goes through. A pool has post() and finish(), which waits until nothing is in flight.

namespace quiesce_bench {

inline constexpr std::size_t many_tasks = 200'000;
inline constexpr int depth_of_fork = 16;
inline constexpr std::size_t tasks_of_fork = (std::size_t{1} << (depth_of_fork + 1)) - 1;
inline constexpr auto idle_for = std::chrono::milliseconds(1);

template <class Pool>
void post_from_outside(benchmark::State& state) {
  Pool pool;
  for (auto _ : state) {
    const clock::time_point began = clock::now();
    for (std::size_t i = 0; i < many_tasks; ++i) pool.post([] {});
    pool.finish();
    set_turn(state, began, many_tasks);
  }
}
template <class Pool>
void fork(Pool& pool, int depth) {
  if (depth == 0) return;
  for (int child = 0; child < 2; ++child) pool.post([&pool, depth] { fork(pool, depth - 1); });
}

template <class Pool>
void recursive_fork(benchmark::State& state) {
  Pool pool;
  for (auto _ : state) {
    const clock::time_point began = clock::now();
    pool.post([&pool] { fork(pool, depth_of_fork); });
    pool.finish();
    set_turn(state, began, tasks_of_fork);
  }
}
// From a post to the begin of its callback, when nothing has happened for a millisecond.
template <class Pool>
void post_to_an_idle_pool(benchmark::State& state) {
  Pool pool;
  futex_word begun;
  clock::time_point at;
  std::vector<double> delays;
  const busy_processors busy;
  for (auto _ : state) {
    std::this_thread::sleep_for(idle_for);
    const clock::time_point began = clock::now();
    pool.post([&] {
      at = clock::now();
      begun.set();
    });
    begun.wait();
    delays.push_back(seconds_between(began, at));
    state.SetIterationTime(delays.back());
  }
  busy.report(state);
  report_quantiles(state, delays);
  pool.finish();
}
}  // namespace quiesce_bench
