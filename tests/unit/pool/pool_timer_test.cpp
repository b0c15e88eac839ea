#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using clock = std::chrono::steady_clock;

TEST(PoolTimer, MakesOneCallbackAtItsMomentAndNotBefore_C7_B6) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event called;
  clock::time_point when;
  int calls = 0;
  q::pool_timer timer(pool, [&] {
    when = clock::now();
    ++calls;
    called.set();
  });
  const clock::time_point due = clock::now() + 3ms;
  EXPECT_EQ(timer.set(due), q::arm_status::armed);
  ASSERT_TRUE(q::wait_for(called, 30s));
  EXPECT_GE(when, due);
  EXPECT_FALSE(timer.cancel()) << "it has fired";
  timer.stop();
  EXPECT_EQ(calls, 1);
}

TEST(PoolTimer, AMomentThatHasPassedMakesACallbackSoon_C7) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event called;
  q::pool_timer timer(pool, [&](q::callback_scope& s) {
    EXPECT_EQ(s.result().status, q::wait_status::timed_out);
    called.set();
  });
  timer.set(0s);
  EXPECT_TRUE(q::wait_for(called, 30s));
  timer.set(std::chrono::system_clock::now() - 1h);
  EXPECT_TRUE(q::wait_for(called, 30s));
}

TEST(PoolTimer, SettingItAgainReplacesTheEarlierSettingAndItsPeriod_C7) {
  q::thread_pool pool({.running = 1});
  std::atomic<int> calls{0};
  q::pool_timer timer(pool, [&] { ++calls; });
  EXPECT_EQ(timer.set(1h, 1h), q::arm_status::armed);
  EXPECT_EQ(timer.set(2h, 1ns), q::arm_status::replaced);
  EXPECT_EQ(timer.set(0s), q::arm_status::replaced);
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  EXPECT_EQ(timer.set(1h), q::arm_status::armed) << "it did not repeat";
  EXPECT_TRUE(timer.cancel());
  EXPECT_FALSE(timer.cancel());
}

TEST(PoolTimer, APeriodicOneKeepsItsStepsAndIsNeverEarly_C7) {
  q::thread_pool pool({.running = 1});
  std::mutex lock;
  std::vector<clock::time_point> moments;
  q::pool_timer timer(pool, [&] {
    const std::lock_guard hold(lock);
    moments.push_back(clock::now());
  });
  const clock::time_point due = clock::now() + 1ms;
  timer.set(due, 2ms);
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard hold(lock);
    return moments.size() >= 5;
  }));
  static_cast<void>(timer.cancel());
  timer.wait_for_callbacks();
  const std::size_t count = moments.size();
  for (std::size_t i = 0; i < count; ++i) EXPECT_GE(moments[i], due + i * 2ms) << i;
  timer.stop();
  EXPECT_EQ(moments.size(), count) << "none after the cancel";
}

TEST(PoolTimer, PeriodsThatPassWhileACallbackIsHeldUpMergeIntoOne_C7) {
  q::thread_pool pool({.running = 1});
  std::atomic<int> calls{0};
  q::pool_timer timer(pool, [&] { ++calls; }, {.name = "tick"});
  {
    support::held_worker worker(pool);
    const clock::time_point begin = clock::now();
    timer.set(0s, 1ms);
    ASSERT_TRUE(eventually([&] { return clock::now() - begin > 20ms; }));
    const std::vector<q::callback_info> due = timer.in_flight();
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].name, "tick");
    EXPECT_EQ(calls, 0);
  }
  EXPECT_TRUE(eventually([&] { return calls > 2; })) << "and then it goes on";
}

TEST(PoolTimer, MayBeSetAgainByItsOwnCallback_C7) {
  q::thread_pool pool({.running = 2});
  std::atomic<int> calls{0};
  q::pool_timer* self = nullptr;
  q::auto_reset_event done;
  q::pool_timer timer(pool, [&] {
    if (++calls == 5) return done.set();
    EXPECT_EQ(self->set(100us), q::arm_status::armed);
  });
  self = &timer;
  timer.set(0s);
  EXPECT_TRUE(q::wait_for(done, 30s));
  timer.stop();
  EXPECT_EQ(calls, 5);
}

TEST(PoolTimer, NoCallbackFollowsAStopThoughItSetsItselfAgain_C7_D1_D2) {
  q::thread_pool pool({.running = 2});
  for (int round = 0; round < 200; ++round) {
    auto calls = std::make_unique<std::atomic<int>>(0);
    q::pool_timer* self = nullptr;
    q::pool_timer timer(pool, [&, use = calls.get()] {
      ++*use;
      self->set(round % 3 == 0 ? 0us : 20us, round % 2 == 0 ? 0us : 10us);
    });
    self = &timer;
    timer.set(0s);
    ASSERT_TRUE(eventually([&] { return *calls >= round % 4; }));
    EXPECT_EQ(timer.stop().status, q::stop_status::stopped);
    calls.reset();
    EXPECT_EQ(timer.set(0s), q::arm_status::refused);
  }
}

// The second is due when the window of the first is not over: both fire at the end of the first window.
TEST(PoolTimer, ThoseWhoseWindowsOverlapFireTogether_C7) {
  q::thread_pool pool({.running = 1});
  std::atomic<int> calls{0};
  std::vector<clock::time_point> moments;
  const auto note = [&] {
    moments.push_back(clock::now());
    ++calls;
  };
  q::pool_timer first(pool, note), second(pool, note);
  const clock::time_point begin = clock::now();
  // The second window would end in an hour: that it fires at all shows that it went along with the first.
  second.set(begin + 5ms, {}, 1h);
  first.set(begin + 1ms, {}, 10ms);
  ASSERT_TRUE(eventually([&] { return calls == 2; }));
  first.stop();
  second.stop();
  for (const clock::time_point moment : moments) EXPECT_GE(moment, begin + 11ms);
}

// Its period is over long before its window, which would end in an hour: it fires when something else does.
TEST(PoolTimer, TheLaterPeriodsHaveTheWindowTooAndFireWithTheNextOther_C7) {
  q::thread_pool pool({.running = 1});
  std::atomic<int> calls{0};
  q::auto_reset_event other_called;
  q::pool_timer wide(pool, [&] { ++calls; }), other(pool, [&] { other_called.set(); });
  wide.set(0s, 1ms, 1h);
  other.set(1ms);
  ASSERT_TRUE(q::wait_for(other_called, 30s));
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  const clock::time_point begin = clock::now();
  ASSERT_TRUE(eventually([&] { return clock::now() - begin > 20ms; }));
  EXPECT_EQ(calls, 1) << "some twenty periods later";
  other.set(0s);
  EXPECT_TRUE(eventually([&] { return calls == 2; }));
}

TEST(PoolTimer, OneWhoseWindowHasNotBegunDoesNotFireWithAnother_C7_B6) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event called;
  std::atomic<int> late_calls{0};
  q::pool_timer early(pool, [&] { called.set(); });
  q::pool_timer late(pool, [&] { ++late_calls; });
  late.set(1h, {}, 1h);
  early.set(1ms, {}, 1ms);
  EXPECT_TRUE(q::wait_for(called, 30s));
  EXPECT_TRUE(late.cancel());
  EXPECT_EQ(late_calls, 0);
}

TEST(PoolTimer, TheFarthestMomentWithTheLongestWindowIsHarmless_C7) {
  q::thread_pool pool({.running = 1});
  q::pool_timer timer(pool, [] { FAIL() << "nothing is due"; });
  timer.set(q::never, 1ms, 1ms);
  timer.set(std::chrono::nanoseconds::max() / 2, std::chrono::nanoseconds::max(), std::chrono::nanoseconds::max());
  EXPECT_EQ(timer.stop().status, q::stop_status::stopped);
}

TEST(PoolTimer, TheLongestPeriodDoesNotComeAgain_B6_C7) {
  q::thread_pool pool({.running = 1});
  q::semaphore calls(0);
  q::pool_timer timer(pool, [&] { calls.release(); });
  timer.set(0s, std::chrono::nanoseconds::max());
  EXPECT_TRUE(q::wait_for(calls, 30s));
  EXPECT_EQ(q::wait_for(calls, 10ms).status, q::wait_status::timed_out);
}

TEST(PoolTimer, AWaitForCallbacksDoesNotWaitForAnExpirationThatIsStillToCome_C7_D5) {
  q::thread_pool pool({.running = 1});
  q::pool_timer timer(pool, [] { FAIL() << "nothing is due"; });
  timer.set(1h, 1h);
  timer.wait_for_callbacks();
  timer.wait_for_callbacks(q::pending::cancel);
  EXPECT_TRUE(timer.cancel()) << "it is still set";
}

TEST(PoolTimer, ACancelWhileItsCallbackRunsEndsTheRepetitionAndDoesNotWait_C7) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event begun;
  q::manual_reset_event go_on;
  std::atomic<int> calls{0};
  q::pool_timer timer(pool, [&] {
    ++calls;
    begun.set();
    EXPECT_TRUE(q::wait_for(go_on, 30s));
  });
  timer.set(0s, 1h);
  ASSERT_TRUE(q::wait_for(begun, 30s));
  EXPECT_TRUE(timer.cancel()) << "the next expiration";
  EXPECT_FALSE(timer.cancel());
  EXPECT_EQ(timer.in_flight().size(), 1u);
  timer.request_stop();
  EXPECT_FALSE(q::try_wait(timer.stopped())) << "asked to stop, it does not wait either";
  go_on.set();
  EXPECT_TRUE(q::wait_for(timer.stopped(), 30s));
  EXPECT_EQ(calls, 1);
}

}  // namespace
