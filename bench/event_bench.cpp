#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>

#include "quiesce/quiesce.hpp"

namespace {

namespace q = quiesce;

// The yardstick: what a set and a wait of one thread cannot go below, a compare-exchange each.
void two_compare_exchanges_on_one_word(benchmark::State& state) {
  std::atomic<std::uint64_t> word{0};
  for (auto _ : state) {
    std::uint64_t idle = 0;
    word.compare_exchange_strong(idle, 1, std::memory_order_release, std::memory_order_relaxed);
    std::uint64_t signalled = 1;
    word.compare_exchange_strong(signalled, 0, std::memory_order_acquire, std::memory_order_relaxed);
    benchmark::DoNotOptimize(word);
  }
}
BENCHMARK(two_compare_exchanges_on_one_word);

void set_and_wait_by_one_thread(benchmark::State& state) {
  q::auto_reset_event event;
  for (auto _ : state) {
    event.set();
    benchmark::DoNotOptimize(q::wait(event).index);
  }
}
BENCHMARK(set_and_wait_by_one_thread);

void set_and_try_wait_by_one_thread(benchmark::State& state) {
  q::auto_reset_event event;
  for (auto _ : state) {
    event.set();
    benchmark::DoNotOptimize(q::try_wait(event).index);
  }
}
BENCHMARK(set_and_try_wait_by_one_thread);

}  // namespace
