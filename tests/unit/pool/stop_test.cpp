#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/at_destruction.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::at_destruction;
using support::eventually;
using support::held_worker;
using support::waiters_of;

bool refuses_arming(q::registered_wait& wait) {
  static const q::auto_reset_event unused;
  return wait.arm(unused) == q::arm_status::refused;
}

TEST(Stop, AfterItNothingCallsBackAndNothingCanBeArmed_D1_D2) {
  q::thread_pool pool;
  q::auto_reset_event event;
  std::atomic<int> calls{0};
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
  wait.arm(event, 1h);
  const q::stop_result result = wait.stop();
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(result.dropped, 0u);
  EXPECT_FALSE(waiters_of::any(event));
  event.set();
  EXPECT_TRUE(q::try_wait(event)) << "the signal is not taken";
  EXPECT_EQ(wait.arm(event), q::arm_status::refused);
  EXPECT_EQ(wait.arm(event, 0s), q::arm_status::refused);
  EXPECT_FALSE(wait.disarm());
  pool.stop();
  EXPECT_EQ(calls.load(), 0);
}

// dotnet/coreclr#20145: the stop returned before the callback was surely over. stellar-core#428: it dangled.
TEST(Stop, WaitsForTheCallbackThatRunsAndRefusesItsReArming_D1_D2) {
  q::thread_pool pool({.running = 2});
  q::auto_reset_event event;
  q::manual_reset_event begun, go_on;
  q::arm_status inside{};
  int shared = 0;  // plain on purpose
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    begun.set();
    static_cast<void>(q::wait(go_on));
    inside = s.arm(event);
    shared = 1;
  });
  wait.arm(event);
  event.set();
  ASSERT_TRUE(q::wait(begun));
  std::jthread releaser([&] {
    eventually([&] { return waiters_of::any(wait.stopped()); });  // the stop waits
    EXPECT_TRUE(refuses_arming(wait));
    EXPECT_FALSE(q::try_wait(wait.stopped()));
    go_on.set();
  });
  EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
  EXPECT_EQ(shared, 1);
  EXPECT_EQ(inside, q::arm_status::refused);
}

// dotnet/corert#3807: a signal that won against the stop has been taken, so its callback has to run.
TEST(Stop, WhatHadFiredBeforeItRunsAndIsWaitedFor_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  int calls = 0;
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
  held_worker worker(pool);
  for (int i = 0; i < 3; ++i) {
    wait.arm(event);
    event.set();
  }
  std::jthread releaser([&] {
    eventually([&] { return waiters_of::any(wait.stopped()); });
    worker.release();
  });
  const q::stop_result result = wait.stop();
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(result.dropped, 0u);
}

// microsoft/libHttpClient#396, dotnet/coreclr#2093, dotnet/corefx#14903: a stop from inside hung.
TEST(Stop, FromInsideItsCallbackIsDeferredAndHoldsFromItsReturn_D1_D3) {
  q::thread_pool pool({.running = 2});
  q::auto_reset_event event;
  q::manual_reset_event go_on;
  std::atomic<bool> returning{false};
  q::stop_result first{}, second{};
  q::arm_status inside{};
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    const std::function<void()> some_other_code = [&] { first = wait.stop(); };
    some_other_code();
    second = wait.stop_for(1h);
    inside = s.arm(event);
    static_cast<void>(q::wait(go_on));
    returning = true;
  });
  wait.arm(event);
  event.set();
  ASSERT_TRUE(eventually([&] { return refuses_arming(wait); }));
  EXPECT_FALSE(q::try_wait(wait.stopped()));
  go_on.set();
  EXPECT_TRUE(q::wait(wait.stopped()));
  EXPECT_TRUE(returning.load());
  EXPECT_EQ(first.status, q::stop_status::deferred);
  EXPECT_EQ(second.status, q::stop_status::deferred);
  EXPECT_EQ(inside, q::arm_status::refused);
  EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
}

TEST(Stop, MayBeAskedForTwiceByManyThreadsAndFromInside_D3) {
  q::thread_pool pool({.running = 2});
  q::auto_reset_event event;
  q::manual_reset_event begun, go_on;
  std::atomic<bool> over{false};
  std::atomic<int> too_early{0};
  q::registered_wait wait(pool, [&](q::callback_scope&) {
    begun.set();
    static_cast<void>(q::wait(go_on));
    EXPECT_EQ(wait.stop().status, q::stop_status::deferred);
    over = true;
  });
  wait.arm(event);
  event.set();
  ASSERT_TRUE(q::wait(begun));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
      if (!over) ++too_early;
    });
  }
  ASSERT_TRUE(eventually([&] { return waiters_of::count(wait.stopped()) == 4; }));
  go_on.set();
  threads.clear();
  EXPECT_EQ(too_early.load(), 0);
  EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
  EXPECT_EQ(wait.stop_for(0s).status, q::stop_status::stopped);
}

TEST(Stop, AWaitMayBeDestroyedInsideItsOwnCallback_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  for (int turn = 0; turn < 100; ++turn) {
    const auto captured = std::make_shared<int>();
    std::unique_ptr<q::registered_wait> wait;
    q::manual_reset_event done;
    long uses = 0;
    wait = std::make_unique<q::registered_wait>(pool, [&, captured](q::callback_scope& s) {
      wait.reset();
      uses = captured.use_count();
      EXPECT_EQ(s.arm(event), q::arm_status::refused);
      EXPECT_EQ(s.result().status, q::wait_status::signalled);
      done.set();
    });
    wait->arm(event);
    event.set();
    ASSERT_TRUE(q::wait(done));
    EXPECT_EQ(uses, 2) << "the callback that runs keeps what it captured";
    EXPECT_TRUE(eventually([&] { return captured.use_count() == 1; }));
  }
}

TEST(Stop, AWaitMayBeDestroyedInTheCallbackOfAnother_D1_D3) {
  for (const unsigned workers : {1u, 2u}) {
    q::thread_pool pool({.running = workers});
    q::auto_reset_event event, other;
    q::manual_reset_event done;
    const auto captured = std::make_shared<int>();
    auto victim = std::make_unique<q::registered_wait>(pool, [captured](q::callback_scope&) {});
    victim->arm(event);
    long uses = 0;
    q::registered_wait wait(pool, [&](q::callback_scope&) {
      victim.reset();
      uses = captured.use_count();
      done.set();
    });
    wait.arm(other);
    event.set();
    other.set();
    EXPECT_TRUE(q::wait(done));
    EXPECT_EQ(uses, 1) << "stopped, not deferred";
  }
}

TEST(Stop, DestroysTheCallbackBeforeItReturnsOnTheThreadThatRanItLastOrOnItsOwn_D1) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::thread::id destroyed_on;
  const auto make = [&](auto during) {
    return q::registered_wait(pool, [during, kept = std::make_unique<at_destruction>([&] {
                                               destroyed_on = std::this_thread::get_id();
                                             })](q::callback_scope&) { during(); });
  };
  {
    q::registered_wait idle = make([] {});
    destroyed_on = {};
    idle.arm(event);
    idle.stop();
    EXPECT_EQ(destroyed_on, std::this_thread::get_id());
  }
  q::manual_reset_event begun, go_on;
  std::thread::id worker;
  q::registered_wait running = make([&] {
    worker = std::this_thread::get_id();
    begun.set();
    static_cast<void>(q::wait(go_on));
  });
  running.arm(event);
  event.set();
  ASSERT_TRUE(q::wait(begun));
  destroyed_on = {};
  std::jthread releaser([&] {
    eventually([&] { return waiters_of::any(running.stopped()); });
    go_on.set();
  });
  running.stop();
  EXPECT_EQ(destroyed_on, worker);
  EXPECT_NE(destroyed_on, std::thread::id());
}

TEST(Stop, DropsAndCountsWhatCannotRunOnAPoolOfOne_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, done;
  std::atomic<int> calls{0};
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
  q::stop_result result{};
  pool.post([&] {
    for (int i = 0; i < 3; ++i) {
      wait.arm(event);
      event.set();
    }
    wait.arm(event);
    result = wait.stop();
    done.set();
  });
  ASSERT_TRUE(q::wait(done));
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(result.dropped, 3u);
  EXPECT_TRUE(q::try_wait(wait.stopped()));
  pool.stop();
  EXPECT_EQ(calls.load(), 0);
}

TEST(Stop, DropsAndCountsWhatWasDueWhenItComesFromInside_D3) {
  q::thread_pool pool({.running = 2});
  q::auto_reset_event event;
  std::atomic<int> calls{0};
  q::stop_result first{}, second{};
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    ++calls;
    for (int i = 0; i < 2; ++i) {
      s.arm(event);
      event.set();
    }
    s.arm(event);
    first = wait.stop();
    second = wait.stop();
  });
  wait.arm(event);
  event.set();
  EXPECT_TRUE(q::wait(wait.stopped()));
  EXPECT_EQ(first.status, q::stop_status::deferred);
  EXPECT_EQ(first.dropped, 2u);
  EXPECT_EQ(second.dropped, 0u) << "counted once";
  EXPECT_EQ(calls.load(), 1);
}

// dotnet/coreclr#19938: nothing limited the waiting that a stop hides.
TEST(Stop, GivesUpAtItsLimitAndGoesOn_D4_D8) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  q::manual_reset_event begun, go_on;
  q::registered_wait wait(pool, [&](q::callback_scope&) {
    begun.set();
    static_cast<void>(q::wait(go_on));
  });
  wait.arm(event);
  event.set();
  ASSERT_TRUE(q::wait(begun));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(wait.stop_for(2ms).status, q::stop_status::timed_out);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 2ms);
  EXPECT_EQ(wait.stop_for(0s).status, q::stop_status::timed_out);
  EXPECT_TRUE(refuses_arming(wait));
  go_on.set();
  EXPECT_TRUE(q::wait(wait.stopped()));
  EXPECT_TRUE(q::wait(wait.stopped())) << "for good";
  EXPECT_EQ(wait.stop_for(0s).status, q::stop_status::stopped);
}

TEST(Stop, EndsARepeatingWaitWhoseEventStaysSet_D1_D2) {
  q::thread_pool pool({.running = 2});
  const q::manual_reset_event event(true);
  for (int turn = 0; turn < 50; ++turn) {
    std::atomic<int> calls{0};
    auto used = std::make_unique<int>(0);
    auto wait = pool.register_wait(event, [&, use = used.get()](q::callback_scope& s) {
      ++*use;
      ++calls;
      if (calls % 2 == 0) s.arm(event, 1us);
    });
    ASSERT_TRUE(eventually([&] { return calls > turn % 5; }));
    EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
    used.reset();
  }
}

TEST(Stop, AWaitThatIsArmedForItsOwnEndCanBeStopped_D1) {
  q::thread_pool pool({.running = 1});
  int calls = 0;
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
  EXPECT_EQ(wait.arm(wait.stopped()), q::arm_status::armed);
  EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
  EXPECT_EQ(calls, 0);
}

}  // namespace
