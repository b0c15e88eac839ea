#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>

#include "quiesce/quiesce.hpp"
#include "support/rounds.hpp"

namespace {

namespace q = quiesce;

// What the callbacks use is freed when the wait for them has returned; callbacks that begin later use the next.
TEST(WaitForCallbacksStress, WhatWasDueOrRanIsOverAndTheCountIsExact_D5) {
  q::thread_pool pool({.running = 2, .maximum = 2});
  std::uint64_t met_some = 0, met_none = 0, taken_back = 0;
  for (support::rounds_until_met rounds(4'000); rounds.go_on(met_some >= 40 && taken_back >= 10);) {
    const int round = rounds.number();
    auto calls = std::make_unique<std::atomic<int>>(0);
    std::atomic<int> submitted{0};
    q::pool_work work(pool,
                      [use = calls.get()] {
                        std::this_thread::yield();
                        ++*use;
                      },
                      {.overlap = round % 2 == 0});
    std::thread submitter([&] {
      for (int i = 0; i < 5; ++i) {
        work.submit();
        ++submitted;
      }
    });
    for (int turn = round % 50; turn > 0; --turn) std::this_thread::yield();
    const std::size_t cancelled = round % 3 == 0 ? work.cancel() : 0;
    const int before = submitted;
    work.wait_for_callbacks();
    ASSERT_GE(static_cast<std::size_t>(*calls) + cancelled, static_cast<std::size_t>(before)) << round;
    (before == 0 ? met_none : met_some) += 1;
    taken_back += cancelled != 0 ? 1 : 0;
    submitter.join();
    work.wait_for_callbacks();
    ASSERT_EQ(static_cast<std::size_t>(*calls) + cancelled, 5u) << round;
    calls.reset();
  }
  std::printf("waits that found something submitted %lu, nothing %lu; cancels that took something back %lu\n", met_some,
              met_none, taken_back);
  EXPECT_GE(met_some, 40u);
  EXPECT_GE(taken_back, 10u);
}

// Two callbacks that stop each other, again and again; sometimes one is through before the other comes.
TEST(StopCircleStress, NobodyHangsAndBothAreDeferredOrNeither_D8) {
  std::uint64_t circles = 0, others = 0;
  for (support::rounds_until_met rounds(5'000); rounds.go_on(circles >= 50);) {
    const int round = rounds.number();
    q::thread_pool pool({.running = 2, .maximum = 2});
    q::stop_status of_a{}, of_b{};
    std::unique_ptr<q::pool_work> a, b;
    a = std::make_unique<q::pool_work>(pool, [&] { of_a = b->stop().status; });
    b = std::make_unique<q::pool_work>(pool, [&] {
      for (int turn = round % 4; turn > 0; --turn) std::this_thread::yield();
      of_b = a->stop().status;
    });
    a->submit();
    b->submit();
    ASSERT_EQ(pool.stop_for(std::chrono::seconds(60)).status, q::stop_status::stopped) << round;
    ASSERT_EQ(of_a == q::stop_status::deferred, of_b == q::stop_status::deferred) << round;
    (of_a == q::stop_status::deferred ? circles : others) += 1;
  }
  std::printf("circles %lu, one after the other %lu\n", circles, others);
  EXPECT_GE(circles, 50u);
}

}  // namespace
