#pragma once

#include <benchmark/benchmark.h>
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

// What several benchmarks need to say how long, how late and how much.

namespace quiesce_bench {

using clock = std::chrono::steady_clock;

inline double seconds_between(clock::time_point from, clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// The time of one turn of a benchmark that measures by hand, spread over what it did that often.
inline void set_turn(benchmark::State& state, clock::time_point began, std::size_t times) {
  state.SetIterationTime(seconds_between(began, clock::now()) / static_cast<double>(times));
}

/// Reports the time of each of so many.
inline void report_each(benchmark::State& state, const char* what, clock::time_point began, std::size_t times) {
  state.counters[what] = seconds_between(began, clock::now()) / static_cast<double>(times);
}

/// Reports the median, and what only one in a hundred exceeds.
inline void report_quantiles(benchmark::State& state, std::vector<double> values) {
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  state.counters["p50"] = values[values.size() / 2];
  state.counters["p99"] = values[values.size() * 99 / 100];
}

inline std::size_t allocated_bytes() {
  const struct mallinfo2 all = ::mallinfo2();
  return all.uordblks + all.hblkhd;
}

inline double processor_seconds() {
  timespec used;
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

/// How many processors the process kept busy since this was made.
class busy_processors {
 public:
  void report(benchmark::State& state) const {
    state.counters["cores"] = (processor_seconds() - used_) / seconds_between(began_, clock::now());
  }

 private:
  clock::time_point began_ = clock::now();
  double used_ = processor_seconds();
};

}  // namespace quiesce_bench
