#include <benchmark/benchmark.h>
#include <nsync.h>

#include <array>
#include <cstddef>

#include "../event_loops.hpp"

namespace quiesce_bench {
namespace {

using namespace nsync;

class nsync_event {
 public:
  void set() {
    nsync_mu_lock(&lock_);
    signalled_ = true;
    nsync_cv_signal(&changed_);
    nsync_mu_unlock(&lock_);
  }
  void wait() {
    nsync_mu_lock(&lock_);
    while (!signalled_) nsync_cv_wait(&changed_, &lock_);
    signalled_ = false;
    nsync_mu_unlock(&lock_);
  }

 private:
  nsync_mu lock_ = NSYNC_MU_INIT;
  nsync_cv changed_ = NSYNC_CV_INIT;
  bool signalled_ = false;
};

BENCHMARK(set_and_wait_by_one_thread<nsync_event>);
BENCHMARK(round_trip<nsync_event>)->UseRealTime();

// A counter can be waited for together with others: it is signalled while it is zero.
void set_and_nsync_wait_n_of_64(benchmark::State& state) {
  std::array<nsync_counter, 64> counters;
  std::array<nsync_waitable_s, 64> places;
  std::array<nsync_waitable_s*, 64> pointers;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    counters[i] = nsync_counter_new(1);
    places[i] = {counters[i], &nsync_counter_waitable_funcs};
    pointers[i] = &places[i];
  }
  std::size_t which = 0;
  for (auto _ : state) {
    which = (which * 5 + 13) % counters.size();
    nsync_counter_add(counters[which], -1);
    benchmark::DoNotOptimize(nsync_wait_n(nullptr, nullptr, nullptr, nsync_time_no_deadline,
                                          static_cast<int>(pointers.size()), pointers.data()));
    nsync_counter_add(counters[which], 1);
  }
  for (const nsync_counter each : counters) nsync_counter_free(each);
}
BENCHMARK(set_and_nsync_wait_n_of_64);

}  // namespace
}  // namespace quiesce_bench
