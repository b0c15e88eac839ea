// One event: set and taken by one thread, and between two threads that wake each other.
#include <benchmark/benchmark.h>

#include "event_kinds.hpp"
#include "event_loops.hpp"

namespace quiesce_bench {
namespace {

namespace q = quiesce;

BENCHMARK(set_and_wait_by_one_thread<two_compare_exchanges>);
BENCHMARK(set_and_wait_by_one_thread<our_event>);
BENCHMARK(set_and_wait_by_one_thread<atomic_wait>);
BENCHMARK(set_and_wait_by_one_thread<posix_semaphore>);
BENCHMARK(set_and_wait_by_one_thread<mutex_and_condition>);
BENCHMARK(set_and_wait_by_one_thread<event_descriptor>);

void set_and_try_wait_by_one_thread(benchmark::State& state) {
  q::auto_reset_event event;
  for (auto _ : state) {
    event.set();
    benchmark::DoNotOptimize(q::try_wait(event).index);
  }
}
BENCHMARK(set_and_try_wait_by_one_thread);

BENCHMARK(round_trip<spun_word>)->UseRealTime();
BENCHMARK(round_trip<futex_word>)->UseRealTime();
BENCHMARK(round_trip<our_event>)->UseRealTime();
BENCHMARK(round_trip<atomic_wait>)->UseRealTime();
BENCHMARK(round_trip<posix_semaphore>)->UseRealTime();
BENCHMARK(round_trip<mutex_and_condition>)->UseRealTime();
BENCHMARK(round_trip<event_descriptor>)->UseRealTime();

}  // namespace
}  // namespace quiesce_bench
