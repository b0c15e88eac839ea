#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/process_state.hpp"
#include "support/rounds.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;

// Under the sanitizers a wait and its event take several times the memory.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int most = 100'000;
#else
constexpr int most = 1'000'000;
#endif

TEST(ManyWaitsStress, AMillionUseNoThreadAndNoDescriptorAndEachSignalMakesItsCallback_C3_C5) {
  const auto all = static_cast<std::size_t>(support::rounds(most));
  constexpr std::size_t signallers = 2;
  q::thread_pool pool({.running = 2});
  std::atomic<std::size_t> calls{0};
  std::atomic<std::size_t> called_twice{0};
  ASSERT_TRUE(eventually([] { return support::threads_named("quiesce-reactor").size() == 1; }));
  const std::size_t threads = support::count_threads();
  const std::size_t descriptors = support::count_descriptors();

  std::vector<q::auto_reset_event> events(all);
  std::vector<std::atomic<bool>> called(all);
  std::vector<q::registered_wait> waits;
  waits.reserve(all);
  for (std::size_t i = 0; i < all; ++i) {
    waits.emplace_back(pool, [&calls, &called_twice, &mine = called[i]](q::callback_scope&) {
      if (mine.exchange(true)) ++called_twice;
      ++calls;
    });
    // Every second one with a limit, which takes its place among the deadlines.
    ASSERT_EQ(waits.back().arm(events[i], i % 2 == 0 ? q::never : q::deadline(1h)), q::arm_status::armed);
  }
  EXPECT_EQ(support::count_threads(), threads);
  EXPECT_EQ(support::count_descriptors(), descriptors);
  EXPECT_EQ(calls, 0u);

  {
    std::vector<std::jthread> all_signallers;
    for (std::size_t which = 0; which < signallers; ++which) {
      all_signallers.emplace_back([&events, which] {
        for (std::size_t i = which; i < events.size(); i += signallers) events[i].set();
      });
    }
  }
  // As long as it goes on: how long a million take is the machine's affair.
  for (std::size_t before = 0; calls != all; before = calls) {
    ASSERT_TRUE(eventually([&] { return calls != before; })) << calls << " of " << all;
  }
  EXPECT_TRUE(pool.drain(30s).empty());
  EXPECT_EQ(calls, all);
  EXPECT_EQ(called_twice, 0u);
  EXPECT_EQ(support::count_threads(), threads);
  EXPECT_EQ(support::count_descriptors(), descriptors);
  std::printf("%zu waits\n", all);
}

}  // namespace
