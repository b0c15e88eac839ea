// A million timers over a second, half of which are cancelled: what arming and cancelling cost, how much memory they take,
// and how late their callbacks begin.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "event_kinds.hpp"
#include "measuring.hpp"

namespace quiesce_bench {
namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

constexpr std::size_t many_timers = 1'000'000;

// When each is due after the begin: the same for all, in no order, spread over a second.
class moments {
 public:
  std::chrono::nanoseconds next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return 1s + std::chrono::nanoseconds((state_ >> 33) % 1'000'000'000);
  }

 private:
  std::uint64_t state_ = 1;
};

// The yardstick: a wheel of slots of a millisecond under a spin lock, which is as late as its slots are wide.
class plain_wheel {
 public:
  struct timer {
    timer* next = nullptr;
    timer** previous = nullptr;
  };

  void arm(timer& added, std::chrono::nanoseconds due) {
    lock();
    timer*& slot = slots_[static_cast<std::size_t>(due / 1ms) % slots_.size()];
    added.next = slot;
    added.previous = &slot;
    if (slot != nullptr) slot->previous = &added.next;
    slot = &added;
    unlock();
  }
  void cancel(timer& removed) {
    lock();
    *removed.previous = removed.next;
    if (removed.next != nullptr) removed.next->previous = removed.previous;
    unlock();
  }

 private:
  void lock() {
    while (lock_.test_and_set(std::memory_order_acquire)) pause_briefly();
  }
  void unlock() { lock_.clear(std::memory_order_release); }

  std::atomic_flag lock_;
  std::vector<timer*> slots_ = std::vector<timer*>(4096);
};

void a_million_timers_of_a_plain_wheel(benchmark::State& state) {
  for (auto _ : state) {
    plain_wheel wheel;
    std::vector<plain_wheel::timer> timers(many_timers);
    moments when;
    clock::time_point began = clock::now();
    for (auto& timer : timers) wheel.arm(timer, when.next());
    report_each(state, "arm", began, many_timers);
    began = clock::now();
    for (std::size_t i = 0; i < many_timers; i += 2) wheel.cancel(timers[i]);
    report_each(state, "cancel", began, many_timers / 2);
    state.counters["bytes"] = sizeof(plain_wheel::timer) + sizeof(void*);
  }
}
BENCHMARK(a_million_timers_of_a_plain_wheel)->Iterations(1);

// Half of them are cancelled, the other half make callbacks, half a million a second.
void a_million_timers(benchmark::State& state) {
  for (auto _ : state) {
    std::size_t fired = 0;
    q::manual_reset_event all_fired;
    std::vector<float> late(many_timers / 2);
    std::vector<clock::time_point> due(many_timers);
    q::thread_pool pool({.running = 1});  // one worker: its callbacks write without a lock
    std::vector<q::pool_timer> timers;
    timers.reserve(many_timers);
    const std::size_t before = allocated_bytes();
    for (std::size_t i = 0; i < many_timers; ++i) {
      timers.emplace_back(pool, [&, i] {
        late[fired] = static_cast<float>(seconds_between(due[i], clock::now()));
        if (++fired == late.size()) all_fired.set();
      });
    }
    state.counters["bytes"] =
        static_cast<double>(allocated_bytes() - before) / static_cast<double>(many_timers) + sizeof(q::pool_timer);

    moments when;
    const clock::time_point start = clock::now() + 1s;  // arming a million takes a while
    for (clock::time_point& each : due) each = start + when.next();
    clock::time_point began = clock::now();
    for (std::size_t i = 0; i < many_timers; ++i) timers[i].set(due[i]);
    report_each(state, "arm", began, many_timers);
    began = clock::now();
    for (std::size_t i = 1; i < many_timers; i += 2) timers[i].cancel();
    report_each(state, "cancel", began, many_timers / 2);
    std::this_thread::sleep_until(start + 1s);
    const double used = processor_seconds();
    static_cast<void>(q::wait(all_fired));
    state.counters["cpu"] = (processor_seconds() - used) / static_cast<double>(late.size());
    report_quantiles(state, std::vector<double>(late.begin(), late.end()));
    state.counters["earliest"] = *std::min_element(late.begin(), late.end());
  }
}
BENCHMARK(a_million_timers)->Iterations(1);

}  // namespace
}  // namespace quiesce_bench
