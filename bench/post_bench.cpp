// Posting work: many empty tasks from outside, tasks that post tasks, and one to an idle pool.
#include <benchmark/benchmark.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "event_kinds.hpp"
#include "measuring.hpp"
#include "pool_loops.hpp"

namespace quiesce_bench {
namespace {

namespace q = quiesce;

// The least that a task can cost: it is allocated, called and freed.
class called_inline {
 public:
  template <class F>
  void post(F task) {
    auto held = std::make_unique<std::function<void()>>(std::move(task));
    benchmark::DoNotOptimize(held);
    (*held)();
  }
  void finish() {}
};

class our_pool {
 public:
  template <class F>
  void post(F task) {
    pool_.post(std::move(task));
  }
  void finish() { static_cast<void>(pool_.drain(q::never)); }

 private:
  q::thread_pool pool_{{.running = 2}};
};

// A pool as one writes it first.
class mutex_and_condition_pool {
 public:
  mutex_and_condition_pool() {
    for (std::thread& worker : workers_) worker = std::thread([this] { work(); });
  }
  mutex_and_condition_pool(const mutex_and_condition_pool&) = delete;
  mutex_and_condition_pool& operator=(const mutex_and_condition_pool&) = delete;
  ~mutex_and_condition_pool() {
    {
      const std::lock_guard hold(lock_);
      over_ = true;
    }
    queued_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  template <class F>
  void post(F task) {
    {
      const std::lock_guard hold(lock_);
      tasks_.emplace_back(std::move(task));
      ++in_flight_;
    }
    queued_.notify_one();
  }
  void finish() {
    std::unique_lock hold(lock_);
    drained_.wait(hold, [&] { return in_flight_ == 0; });
  }

 private:
  void work() {
    std::unique_lock hold(lock_);
    for (;;) {
      queued_.wait(hold, [&] { return over_ || !tasks_.empty(); });
      if (over_) return;
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      hold.unlock();
      task();
      hold.lock();
      if (--in_flight_ == 0) drained_.notify_all();
    }
  }

  std::mutex lock_;
  std::condition_variable queued_, drained_;
  std::deque<std::function<void()>> tasks_;
  std::size_t in_flight_ = 0;
  bool over_ = false;
  std::thread workers_[2];
};

BENCHMARK(post_from_outside<called_inline>)->UseManualTime()->Iterations(3);
BENCHMARK(post_from_outside<our_pool>)->UseManualTime()->Iterations(3);
BENCHMARK(post_from_outside<mutex_and_condition_pool>)->UseManualTime()->Iterations(3);

BENCHMARK(recursive_fork<called_inline>)->UseManualTime()->Iterations(3);
BENCHMARK(recursive_fork<our_pool>)->UseManualTime()->Iterations(3);
BENCHMARK(recursive_fork<mutex_and_condition_pool>)->UseManualTime()->Iterations(3);

// The yardstick: a sleeping thread is woken.
void wake_by_a_futex(benchmark::State& state) {
  futex_word there, back;
  clock::time_point woken;
  std::atomic<bool> over{false};
  std::thread other([&] {
    for (;;) {
      there.wait();
      woken = clock::now();
      if (over.load(std::memory_order_relaxed)) return;
      back.set();
    }
  });
  std::vector<double> delays;
  const busy_processors busy;
  for (auto _ : state) {
    std::this_thread::sleep_for(idle_for);
    const clock::time_point began = clock::now();
    there.set();
    back.wait();
    delays.push_back(seconds_between(began, woken));
    state.SetIterationTime(delays.back());
  }
  busy.report(state);
  report_quantiles(state, delays);
  over.store(true, std::memory_order_relaxed);
  there.set();
  other.join();
}
BENCHMARK(wake_by_a_futex)->UseManualTime()->Iterations(300);

BENCHMARK(post_to_an_idle_pool<our_pool>)->UseManualTime()->Iterations(300);
BENCHMARK(post_to_an_idle_pool<mutex_and_condition_pool>)->UseManualTime()->Iterations(300);

}  // namespace
}  // namespace quiesce_bench
