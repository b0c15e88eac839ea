#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::held_worker;

TEST(PoolWork, EachSubmitMakesOneCallback_C1) {
  q::thread_pool pool({.running = 3, .maximum = 3});
  std::atomic<int> calls{0};
  q::pool_work work(pool, [&] { ++calls; });
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(work.submit(), q::post_status::queued);
  work.wait_for_callbacks();
  EXPECT_EQ(calls, 1000);
  work.submit();
  work.wait_for_callbacks();
  EXPECT_EQ(calls, 1001);
}

TEST(PoolWork, SeesWhatPrecededItsSubmit_C1) {
  q::thread_pool pool({.running = 1});
  int given = 0, seen = 0;  // plain on purpose
  q::pool_work work(pool, [&] { seen = given; });
  for (given = 1; given < 100; ++given) {
    work.submit();
    work.wait_for_callbacks();
    ASSERT_EQ(seen, given);
  }
}

TEST(PoolWork, ItsCallbacksRunAtTheSameTimeUnlessItWasMadeWithout_C1) {
  for (const bool overlap : {true, false}) {
    q::thread_pool pool({.running = 2, .maximum = 2});
    std::atomic<int> running{0}, most{0};
    q::manual_reset_event go_on;
    q::pool_work work(pool,
                      [&] {
                        const int now = ++running;
                        if (now > most) most = now;
                        const bool held = !overlap || q::wait_for(go_on, 30s);
                        EXPECT_TRUE(held);
                        --running;
                      },
                      {.overlap = overlap});
    for (int i = 0; i < 20; ++i) work.submit();
    if (overlap) {
      EXPECT_TRUE(eventually([&] { return running == 2; }));
    }
    go_on.set();
    work.wait_for_callbacks();
    EXPECT_EQ(most, overlap ? 2 : 1);
  }
}

TEST(PoolWork, CancelTakesBackWhatHasNotBegunAndCountsIt_C1) {
  q::thread_pool pool({.running = 1});
  int calls = 0;
  q::pool_work work(pool, [&] { ++calls; });
  EXPECT_EQ(work.cancel(), 0u);
  held_worker worker(pool);
  for (int i = 0; i < 5; ++i) work.submit();
  EXPECT_EQ(work.in_flight().size(), 5u);
  EXPECT_EQ(work.cancel(), 5u);
  EXPECT_TRUE(work.in_flight().empty());
  EXPECT_EQ(work.cancel(), 0u);
  work.submit();
  worker.release();
  work.wait_for_callbacks();
  EXPECT_EQ(calls, 1);
}

TEST(PoolWork, WithCancelAWaitForCallbacksDropsWhatIsPendingAndWaitsForWhatRuns_C1) {
  q::thread_pool pool({.running = 2, .maximum = 2});
  std::atomic<int> begun{0}, ended{0};
  q::manual_reset_event go_on;
  q::pool_work work(pool, [&] {
    ++begun;
    EXPECT_TRUE(q::wait_for(go_on, 30s));
    ++ended;
  });
  for (int i = 0; i < 10; ++i) work.submit();
  ASSERT_TRUE(eventually([&] { return begun == 2; }));
  std::jthread releaser([&] {
    EXPECT_TRUE(eventually([&] { return work.in_flight().size() == 2; }));
    go_on.set();
  });
  work.wait_for_callbacks(q::pending::cancel);
  EXPECT_EQ(ended, 2);
  EXPECT_EQ(begun, 2);
}

TEST(PoolWork, StoppedItRunsWhatWasSubmittedAndRefusesMore_D1_D2_D3) {
  q::thread_pool pool({.running = 2, .maximum = 2});
  auto calls = std::make_unique<std::atomic<int>>(0);
  q::pool_work work(pool, [&, use = calls.get()] { ++*use; });
  for (int i = 0; i < 100; ++i) work.submit();
  const q::stop_result result = work.stop();
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(*calls, 100);
  calls.reset();
  EXPECT_EQ(work.submit(), q::post_status::refused);
  EXPECT_TRUE(q::try_wait(work.stopped()));
}

TEST(PoolWork, MaySubmitItselfUntilItIsStopped_D2) {
  for (int round = 0; round < 100; ++round) {
    q::thread_pool pool({.running = 2, .maximum = 2});
    std::atomic<int> calls{0};
    std::atomic<int> refused{0};
    q::pool_work* self = nullptr;
    q::pool_work work(pool, [&] {
      ++calls;
      if (self->submit() == q::post_status::refused) ++refused;
    });
    self = &work;
    work.submit();
    ASSERT_TRUE(eventually([&] { return calls > round; }));
    EXPECT_EQ(work.stop().status, q::stop_status::stopped);
    EXPECT_EQ(refused, 1);
  }
}

TEST(PoolWork, StoppedFromInsideItDropsWhatIsPendingAndIsDeferred_D3) {
  q::thread_pool pool({.running = 1});
  std::atomic<int> calls{0};
  q::stop_result result{};
  q::pool_work* self = nullptr;
  q::pool_work work(pool, [&](q::callback_scope&) {
    ++calls;
    self->submit();
    self->submit();
    result = self->stop();
  });
  self = &work;
  work.submit();
  EXPECT_TRUE(q::wait_for(work.stopped(), 30s));
  EXPECT_EQ(result.status, q::stop_status::deferred);
  EXPECT_EQ(result.dropped, 2u);
  EXPECT_EQ(calls, 1);
}

TEST(PoolWork, OnAPoolThatHasStoppedItIsMadeStopped_J4) {
  q::thread_pool pool({.running = 1});
  pool.stop();
  q::pool_work work(pool, [] {});
  EXPECT_EQ(work.submit(), q::post_status::refused);
  EXPECT_TRUE(q::try_wait(work.stopped()));
}

}  // namespace
