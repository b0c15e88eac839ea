#include <benchmark/benchmark.h>
#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../measuring.hpp"

namespace quiesce_bench {
namespace {

// Of one thread only.
void a_million_timers_of_libuv(benchmark::State& state) {
  constexpr std::size_t count = 1'000'000;
  for (auto _ : state) {
    uv_loop_t loop;
    uv_loop_init(&loop);
    std::vector<uv_timer_t> timers(count);
    for (uv_timer_t& timer : timers) uv_timer_init(&loop, &timer);
    std::uint64_t random = 1;
    clock::time_point began = clock::now();
    for (uv_timer_t& timer : timers) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      uv_timer_start(
          &timer, [](uv_timer_t*) {}, 1000 + (random >> 33) % 1000, 0);
    }
    report_each(state, "arm", began, count);
    began = clock::now();
    for (std::size_t i = 1; i < count; i += 2) uv_timer_stop(&timers[i]);
    report_each(state, "cancel", began, count / 2);
    state.counters["bytes"] = sizeof(uv_timer_t);
    for (uv_timer_t& timer : timers) uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
  }
}
BENCHMARK(a_million_timers_of_libuv)->Iterations(1);

}  // namespace
}  // namespace quiesce_bench
