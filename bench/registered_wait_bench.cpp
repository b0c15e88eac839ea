// Registered waits, each with an event of its own: arming, signalling, callbacks, memory, and how soon a callback begins.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "event_kinds.hpp"
#include "measuring.hpp"

namespace quiesce_bench {
namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

constexpr auto idle_for = 1ms;

// The yardstick: an event that one callback can be left with. It is queued for a thread when the event is set. Nothing is
// taken back, nothing has a limit, nothing can be stopped.
class plain_waits {
 public:
  explicit plain_waits(std::size_t count) : waits_(new plain_wait[count]), count_(count) {}
  plain_waits(const plain_waits&) = delete;
  plain_waits& operator=(const plain_waits&) = delete;
  ~plain_waits() {
    {
      const std::lock_guard hold(lock_);
      over_ = true;
    }
    queued_.notify_one();
    worker_.join();
  }

  void arm_all() {
    for (std::size_t i = 0; i < count_; ++i) {
      plain_wait& wait = waits_[i];
      const std::lock_guard hold(wait.lock);
      wait.callback = [](void* given) { static_cast<plain_waits*>(given)->called(); };
      wait.given = this;
    }
  }
  void signal_all() {
    for (std::size_t i = 0; i < count_; ++i) signal(waits_[i]);
  }
  void await_callbacks() {
    all_ran_.wait();
    run_ = 0;
  }

 private:
  struct plain_wait {
    std::mutex lock;
    void (*callback)(void*) = nullptr;
    void* given = nullptr;
    plain_wait* next = nullptr;
  };

  void signal(plain_wait& wait) {
    {
      const std::lock_guard hold(wait.lock);
      if (wait.callback == nullptr) return;
    }
    bool was_empty;
    {
      const std::lock_guard hold(lock_);
      was_empty = first_ == nullptr;
      wait.next = nullptr;
      (was_empty ? first_ : last_->next) = &wait;
      last_ = &wait;
    }
    if (was_empty) queued_.notify_one();
  }
  void called() {
    if (++run_ == count_) all_ran_.set();
  }
  void work() {
    std::unique_lock hold(lock_);
    for (;;) {
      queued_.wait(hold, [&] { return over_ || first_ != nullptr; });
      if (over_) return;
      plain_wait& wait = *first_;
      first_ = wait.next;
      hold.unlock();
      wait.callback(wait.given);
      hold.lock();
    }
  }

  std::unique_ptr<plain_wait[]> waits_;
  std::size_t count_;
  std::size_t run_ = 0;
  futex_word all_ran_;
  std::mutex lock_;
  std::condition_variable queued_;
  plain_wait* first_ = nullptr;
  plain_wait* last_ = nullptr;
  bool over_ = false;
  std::thread worker_{[this] { work(); }};
};

class our_waits {
 public:
  explicit our_waits(std::size_t count) : events_(count) {
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
  void arm_all_with_limit() {
    for (std::size_t i = 0; i < waits_.size(); ++i) waits_[i].arm(events_[i], 1h);
  }
  void disarm_all() {
    for (q::registered_wait& wait : waits_) wait.disarm();
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

template <class Waits>
void arm(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  Waits waits(count);
  for (auto _ : state) {
    const clock::time_point began = clock::now();
    waits.arm_all();
    set_turn(state, began, count);
    waits.signal_all();
    waits.await_callbacks();
  }
}
BENCHMARK(arm<plain_waits>)->Arg(10'000)->UseManualTime()->Iterations(30);
BENCHMARK(arm<our_waits>)->Arg(10'000)->UseManualTime()->Iterations(30);
BENCHMARK(arm<our_waits>)->Arg(1'000'000)->UseManualTime()->Iterations(1);

template <class Waits>
void signal_to_callbacks(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  Waits waits(count);
  for (auto _ : state) {
    waits.arm_all();
    const clock::time_point began = clock::now();
    waits.signal_all();
    waits.await_callbacks();
    set_turn(state, began, count);
  }
}
BENCHMARK(signal_to_callbacks<plain_waits>)->Arg(10'000)->UseManualTime()->Iterations(30);
BENCHMARK(signal_to_callbacks<our_waits>)->Arg(10'000)->UseManualTime()->Iterations(30);

void arm_with_a_limit_and_disarm(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  our_waits waits(count);
  for (auto _ : state) {
    const clock::time_point began = clock::now();
    waits.arm_all_with_limit();
    waits.disarm_all();
    set_turn(state, began, count);
  }
}
BENCHMARK(arm_with_a_limit_and_disarm)->Arg(10'000)->UseManualTime()->Iterations(10);

template <class Waits>
void bytes_of_a_pending_wait(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    const std::size_t before = allocated_bytes();
    Waits waits(count);
    waits.arm_all();
    state.counters["bytes"] = static_cast<double>(allocated_bytes() - before) / static_cast<double>(count);
    waits.signal_all();
    waits.await_callbacks();
  }
}
BENCHMARK(bytes_of_a_pending_wait<plain_waits>)->Arg(100'000)->Iterations(1);
BENCHMARK(bytes_of_a_pending_wait<our_waits>)->Arg(100'000)->Iterations(1);

// The yardstick is wake_by_a_futex.
void signal_to_a_callback_when_idle(benchmark::State& state) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  futex_word begun;
  clock::time_point at;
  q::registered_wait wait{pool, [&](q::callback_scope&) {
                            at = clock::now();
                            begun.set();
                          }};
  std::vector<double> delays;
  const busy_processors busy;
  for (auto _ : state) {
    wait.arm(event);
    std::this_thread::sleep_for(idle_for);
    const clock::time_point began = clock::now();
    event.set();
    begun.wait();
    delays.push_back(seconds_between(began, at));
    state.SetIterationTime(delays.back());
  }
  busy.report(state);
  report_quantiles(state, delays);
}
BENCHMARK(signal_to_a_callback_when_idle)->UseManualTime()->Iterations(300);

}  // namespace
}  // namespace quiesce_bench
