#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "quiesce/quiesce.hpp"

namespace {

namespace q = quiesce;

// Many waits, each with an event of its own: what arming, signalling and the callbacks cost when nothing is idle.
class armed_waits {
 public:
  explicit armed_waits(std::size_t count) : events_(count) {
    waits_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      waits_.emplace_back(pool_, [this](q::callback_scope&) {
        if (++run_ == waits_.size()) all_ran_.set();
      });
    }
  }

  void arm_all() {
    for (std::size_t i = 0; i < waits_.size(); ++i) waits_[i].arm(events_[i]);
  }
  void signal_all() {
    for (auto& event : events_) event.set();
  }
  void await_callbacks() {
    static_cast<void>(q::wait(all_ran_));
    run_ = 0;
  }

 private:
  q::thread_pool pool_{{.running = 1}};  // one worker: the callbacks count without an atomic
  q::auto_reset_event all_ran_;
  std::size_t run_ = 0;
  std::vector<q::auto_reset_event> events_;
  std::vector<q::registered_wait> waits_;
};

void per_wait(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * state.range(0)); }

void arm(benchmark::State& state) {
  armed_waits waits(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    waits.arm_all();
    state.PauseTiming();
    waits.signal_all();
    waits.await_callbacks();
    state.ResumeTiming();
  }
  per_wait(state);
}
BENCHMARK(arm)->Arg(10'000)->Unit(benchmark::kMicrosecond);

void signal_to_callbacks(benchmark::State& state) {
  armed_waits waits(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    state.PauseTiming();
    waits.arm_all();
    state.ResumeTiming();
    waits.signal_all();
    waits.await_callbacks();
  }
  per_wait(state);
}
BENCHMARK(signal_to_callbacks)->Arg(10'000)->Unit(benchmark::kMicrosecond)->UseRealTime();

void arm_signal_callback_one_at_a_time(benchmark::State& state) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, done;
  q::registered_wait wait{pool, [&](q::callback_scope&) { done.set(); }};
  for (auto _ : state) {
    wait.arm(event);
    event.set();
    static_cast<void>(q::wait(done));
  }
}
BENCHMARK(arm_signal_callback_one_at_a_time)->Unit(benchmark::kMicrosecond)->UseRealTime();

void stop_of_an_idle_wait(benchmark::State& state) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  for (auto _ : state) {
    state.PauseTiming();
    auto wait = std::make_unique<q::registered_wait>(pool, [](q::callback_scope&) {});
    wait->arm(event);
    state.ResumeTiming();
    wait->stop();
    state.PauseTiming();
    wait.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(stop_of_an_idle_wait)->Iterations(20'000);

}  // namespace
