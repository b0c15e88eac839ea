// Stopping: what an idle registered wait costs, one of many in a group, and how soon a stop returns after the callback that it waits
// for. No peer offers this; the yardsticks are two compare-exchanges and wake_by_a_futex.
#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>
#include <vector>

#include "event_kinds.hpp"
#include "measuring.hpp"

namespace quiesce_bench {
namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

std::vector<q::registered_wait> made(q::thread_pool& pool, std::size_t count) {
  std::vector<q::registered_wait> waits;
  waits.reserve(count);
  for (std::size_t i = 0; i < count; ++i) waits.emplace_back(pool, [](q::callback_scope&) {});
  return waits;
}

void stop_of_an_idle_wait(benchmark::State& state) {
  constexpr std::size_t count = 10'000;
  const bool is_armed = state.range(0) != 0;
  q::thread_pool pool({.running = 1});
  std::vector<q::auto_reset_event> events(count);
  for (auto _ : state) {
    std::vector<q::registered_wait> waits = made(pool, count);
    for (std::size_t i = 0; is_armed && i < count; ++i) waits[i].arm(events[i]);
    const clock::time_point began = clock::now();
    for (q::registered_wait& wait : waits) wait.stop();
    set_turn(state, began, count);
  }
}
BENCHMARK(stop_of_an_idle_wait)->ArgName("armed")->Arg(0)->Arg(1)->UseManualTime()->Iterations(10);

void stop_of_a_group(benchmark::State& state) {
  constexpr std::size_t count = 100'000;
  q::thread_pool pool({.running = 1});
  for (auto _ : state) {
    std::vector<q::registered_wait> waits = made(pool, count);
    q::stop_group group;
    for (q::registered_wait& wait : waits) group.add(wait);
    const clock::time_point began = clock::now();
    group.stop();
    set_turn(state, began, count);
  }
}
BENCHMARK(stop_of_a_group)->UseManualTime()->Iterations(2);

void stop_after_the_end_of_a_callback(benchmark::State& state) {
  q::thread_pool pool({.running = 1});
  std::vector<double> delays;
  for (auto _ : state) {
    q::auto_reset_event event;
    futex_word begun;
    clock::time_point ends;
    q::registered_wait wait(pool, [&](q::callback_scope&) {
      begun.set();
      std::this_thread::sleep_for(1ms);
      ends = clock::now();
    });
    wait.arm(event);
    event.set();
    begun.wait();
    wait.stop();
    delays.push_back(seconds_between(ends, clock::now()));
    state.SetIterationTime(delays.back());
  }
  report_quantiles(state, delays);
}
BENCHMARK(stop_after_the_end_of_a_callback)->UseManualTime()->Iterations(300);

}  // namespace
}  // namespace quiesce_bench
