// Stops that meet where the callbacks of several pools wait for each other, and what is due has not begun.
#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;

const q::pool_options of_one{.running = 1, .maximum = 1};

/// Two pools of one thread each. On each a function waits until both are there, queues a work behind itself, and then does
/// something about the work of the other pool, which cannot begin before the other function has returned.
struct crossed_pools {
  q::thread_pool pools[2]{q::thread_pool(of_one), q::thread_pool(of_one)};
  std::atomic<int> there{0}, queued{0}, ran{0};
  q::pool_work works[2]{q::pool_work(pools[0], [this] { ++ran; }), q::pool_work(pools[1], [this] { ++ran; })};

  template <class First, class Second>
  void run(First first, Second second) {
    pools[0].post([&, first] { meet(0, first); });
    pools[1].post([&, second] { meet(1, second); });
    for (q::thread_pool& pool : pools) EXPECT_TRUE(pool.drain(60s).empty());
  }

 private:
  template <class Act>
  void meet(int own, Act act) {
    ++there;
    ASSERT_TRUE(eventually([&] { return there == 2; }));
    works[own].submit();
    ++queued;
    ASSERT_TRUE(eventually([&] { return queued == 2; }));
    act(*this, 1 - own);
  }
};

// dotnet/runtime#43438, #90078: two callbacks whose stops wait for each other.
TEST(CrossedPools, CallbacksThatWaitForWhatIsDueOnEachOthersOnlyThreadTakeItBack_D5) {
  crossed_pools crossed;
  const auto wait = [](crossed_pools& all, int other) { all.works[other].wait_for_callbacks(); };
  crossed.run(wait, wait);
  EXPECT_LE(crossed.ran, 1);
}

TEST(CrossedPools, APoolIsStoppedThoughItsCallbackStopsWhatIsDueOnTheStoppingThread_D3_D8) {
  crossed_pools crossed;
  q::stop_result of_work, of_pool;
  crossed.run([&](crossed_pools& all, int other) { of_pool = all.pools[other].stop_for(30s); },
              [&](crossed_pools& all, int other) { of_work = all.works[other].stop_for(30s); });
  EXPECT_EQ(of_pool.status, q::stop_status::stopped);
  EXPECT_EQ(of_work.status, q::stop_status::stopped);
  EXPECT_EQ(of_work.dropped, 1u);
  EXPECT_EQ(crossed.ran, 1) << "what was queued on the pool that was stopped";
}

TEST(CrossedPools, APoolIsDrainedThoughItsCallbackStopsWhatIsDueOnTheDrainingThread_D3_D8) {
  crossed_pools crossed;
  q::stop_result of_work;
  bool drained = false;
  crossed.run([&](crossed_pools& all, int other) { drained = all.pools[other].drain(30s).empty(); },
              [&](crossed_pools& all, int other) { of_work = all.works[other].stop_for(30s); });
  EXPECT_TRUE(drained);
  EXPECT_EQ(of_work.dropped, 1u);
}

// The thread that signals is no pool's, but the only worker waits for the callback that it makes.
TEST(CrossedPools, ACallbackOnTheThreadThatSignalsDropsWhatIsDueOnAThreadThatStopsIt_A7_D3_D8) {
  q::thread_pool pool(of_one), other(of_one);
  q::auto_reset_event event;
  std::atomic<bool> stops{false};
  std::optional<q::registered_wait> wait;
  q::pool_work due(other, [] {});
  q::stop_result of_wait, of_due;
  wait.emplace(
      pool,
      [&](q::callback_scope&) {
        other.post([&] {
          due.submit();
          stops = true;
          of_wait = wait->stop_for(30s);
        });
        ASSERT_TRUE(eventually([&] { return stops.load(); }));
        of_due = due.stop_for(30s);
      },
      q::wait_options{.where = q::run_on::signalling_thread});
  wait->arm(event);
  event.set();
  EXPECT_TRUE(other.drain(60s).empty());
  EXPECT_EQ(of_due.status, q::stop_status::stopped);
  EXPECT_EQ(of_due.dropped, 1u);
  EXPECT_EQ(of_wait.status, q::stop_status::stopped);
}

// Who is inside no callback holds nobody up: he waits, and nothing is lost.
TEST(CrossedPools, FromOutsideAStopWaitsForWhatIsDueThoughTheOnlyThreadWaitsInAnotherStop_D3) {
  q::thread_pool pool(of_one), other(of_one);
  q::manual_reset_event go_on;
  q::pool_work slow(pool, [&] { EXPECT_TRUE(q::wait_for(go_on, 30s)); });
  slow.submit();
  ASSERT_TRUE(eventually([&] { return pool.counts().waiting == 1; }));
  int calls = 0;
  q::pool_work due(other, [&] { ++calls; });
  other.post([&] {
    due.submit();
    slow.stop();
  });
  ASSERT_TRUE(eventually([&] { return other.counts().waiting == 1; }));
  EXPECT_EQ(due.stop_for(1ms).status, q::stop_status::timed_out);
  go_on.set();
  const q::stop_result result = due.stop();
  EXPECT_EQ(result.dropped, 0u);
  EXPECT_EQ(calls, 1);
}

}  // namespace
