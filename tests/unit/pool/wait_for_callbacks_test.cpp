#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/noted_thread.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::held_worker;

// A thread that waits for callbacks, and can be seen to be doing so.
class waiting_thread {
 public:
  template <class Wait>
  explicit waiting_thread(Wait wait)
      : thread_([this, wait]() mutable {
          noted_.is_this_one();
          wait();
          has_returned_ = true;
        }) {}
  bool is_blocked() const { return noted_.comes_to_wait(); }
  bool has_returned() const { return has_returned_; }

 private:
  support::noted_thread noted_;
  std::atomic<bool> has_returned_{false};
  std::jthread thread_;
};

// MicrosoftDocs/sdk-api#1158: what this call does about an armed wait surprises people.
TEST(WaitForCallbacks, ReturnsAtOnceWhenNothingIsDueAndLeavesTheArming_D5) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  int calls = 0;
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
  wait.wait_for_callbacks();
  wait.arm(event, 1h);
  wait.wait_for_callbacks();
  wait.wait_for_callbacks(q::pending::cancel);
  EXPECT_EQ(calls, 0);
  event.set();
  wait.wait_for_callbacks();
  EXPECT_EQ(calls, 1) << "it was still armed";
}

TEST(WaitForCallbacks, WaitsForWhatRunsAndForWhatIsDue_D5) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  int calls = 0;  // plain on purpose
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
  held_worker worker(pool);
  for (int i = 0; i < 3; ++i) {
    wait.arm(event);
    event.set();
  }
  wait.arm(event, 0s);  // one that is due for its limit, which may begin after signals that come later
  ASSERT_TRUE(eventually([&] { return wait.in_flight().size() == 4; }));
  waiting_thread waiter([&] {
    wait.wait_for_callbacks();
    EXPECT_EQ(calls, 4);
  });
  ASSERT_TRUE(waiter.is_blocked());
  EXPECT_FALSE(waiter.has_returned());
  worker.release();
  EXPECT_TRUE(eventually([&] { return waiter.has_returned(); }));
}

TEST(WaitForCallbacks, AnExpiryThatWasDueIsWaitedForThoughALaterSignalBeginsBeforeIt_D5) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::vector<q::wait_status> told;
  q::registered_wait wait(pool, [&](q::callback_scope& s) { told.push_back(s.result().status); });
  held_worker worker(pool);
  wait.arm(event, 0s);
  ASSERT_TRUE(eventually([&] { return wait.in_flight().size() == 1; }));
  std::size_t told_at_return = 0;
  waiting_thread waiter([&] {
    wait.wait_for_callbacks();
    told_at_return = told.size();
  });
  ASSERT_TRUE(waiter.is_blocked());
  wait.arm(event);
  event.set();
  worker.release();
  ASSERT_TRUE(eventually([&] { return waiter.has_returned(); }));
  EXPECT_EQ(told, (std::vector{q::wait_status::signalled, q::wait_status::timed_out}));
  EXPECT_EQ(told_at_return, 2u);
}

TEST(WaitForCallbacks, WhatFiresLaterDoesNotProlongIt_D5) {
  q::thread_pool pool({.running = 2, .maximum = 2});
  q::auto_reset_event event;
  std::array<q::manual_reset_event, 2> begun, go_on;
  std::atomic<std::size_t> calls{0};
  q::registered_wait wait(pool,
                          [&](q::callback_scope&) {
                            const std::size_t number = calls++;
                            begun[number].set();
                            static_cast<void>(q::wait(go_on[number]));
                          },
                          {.overlap = true});
  const auto call = [&] {
    wait.arm(event);
    event.set();
  };
  call();
  ASSERT_TRUE(q::wait_for(begun[0], 30s));
  {
    waiting_thread waiter([&] { wait.wait_for_callbacks(); });
    ASSERT_TRUE(waiter.is_blocked());
    call();
    ASSERT_TRUE(q::wait_for(begun[1], 30s));
    EXPECT_FALSE(waiter.has_returned());
    go_on[0].set();
    EXPECT_TRUE(eventually([&] { return waiter.has_returned(); }));
    go_on[1].set();
  }
  wait.stop();
}

TEST(WaitForCallbacks, ALaterCallbackThatEndsFirstDoesNotEndIt_D5) {
  q::thread_pool pool({.running = 2, .maximum = 2});
  q::auto_reset_event event;
  q::manual_reset_event go_on;
  q::auto_reset_event begun, second_begun;
  std::atomic<int> calls{0};
  q::registered_wait wait(pool,
                          [&](q::callback_scope&) {
                            if (++calls > 1) return second_begun.set();
                            begun.set();
                            static_cast<void>(q::wait(go_on));
                          },
                          {.overlap = true});
  const auto call = [&] {
    wait.arm(event);
    event.set();
  };
  call();
  ASSERT_TRUE(q::wait_for(begun, 30s));
  waiting_thread waiter([&] { wait.wait_for_callbacks(); });
  ASSERT_TRUE(waiter.is_blocked());
  call();
  ASSERT_TRUE(q::wait_for(second_begun, 30s));
  ASSERT_TRUE(eventually([&] { return wait.in_flight().size() == 1; }));
  EXPECT_TRUE(waiter.is_blocked());
  EXPECT_FALSE(waiter.has_returned());
  go_on.set();
  EXPECT_TRUE(eventually([&] { return waiter.has_returned(); }));
}

TEST(WaitForCallbacks, ARepeatingWaitWhoseEventStaysSetDoesNotHoldItUp_D5_C6) {
  q::thread_pool pool({.running = 2, .maximum = 2});
  const q::manual_reset_event event(true);
  std::atomic<int> calls{0};
  q::registered_wait wait = pool.register_wait(event, [&](q::callback_scope&) { ++calls; });
  for (const q::pending what : {q::pending::run, q::pending::cancel}) {
    for (int turn = 0; turn < 200; ++turn) wait.wait_for_callbacks(what);
  }
  const int before = calls;
  EXPECT_TRUE(eventually([&] { return calls > before; })) << "the repetition goes on";
}

TEST(WaitForCallbacks, WithCancelItTakesBackWhatHasNotBegunAndWaitsForWhatRuns_D5_C1) {
  q::thread_pool pool({.running = 2, .maximum = 2});
  q::auto_reset_event event;
  q::manual_reset_event begun, go_on;
  int calls = 0;
  q::registered_wait wait(pool, [&](q::callback_scope&) {
    begun.set();
    static_cast<void>(q::wait(go_on));
    ++calls;
  });
  for (int i = 0; i < 4; ++i) {
    wait.arm(event);
    event.set();
    ASSERT_TRUE(q::wait_for(begun, 30s));
  }
  waiting_thread waiter([&] {
    wait.wait_for_callbacks(q::pending::cancel);
    EXPECT_EQ(calls, 1);
  });
  ASSERT_TRUE(waiter.is_blocked());
  go_on.set();
  ASSERT_TRUE(eventually([&] { return waiter.has_returned(); }));
  EXPECT_FALSE(q::try_wait(event)) << "the signals stay taken";
  wait.arm(event);
  event.set();
  wait.wait_for_callbacks();
  EXPECT_EQ(calls, 2) << "and it can be used as before";
}

TEST(WaitForCallbacks, AWaitWhoseDueCallbackWasTakenBackFiresAgainFromTheSamePlaceInTheQueue_D5) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::atomic<int> calls{0};
  const auto captured = std::make_shared<int>();
  {
    q::registered_wait wait(pool, [&, captured](q::callback_scope&) { ++calls; });
    held_worker worker(pool);
    for (int turn = 0; turn < 3; ++turn) {
      wait.arm(event);
      event.set();
      wait.wait_for_callbacks(q::pending::cancel);
    }
    wait.arm(event);
    event.set();
    worker.release();
    wait.wait_for_callbacks();
    EXPECT_EQ(calls, 1);
  }
  EXPECT_EQ(captured.use_count(), 1);
  EXPECT_EQ(pool.stop_for(30s).status, q::stop_status::stopped) << "no reference is missing and none is left";
}

// The first way to stop: turn off what signals, then wait. The count is exact, though callbacks arm the wait again.
TEST(WaitForCallbacks, AfterTheSourceIsOffTheCountIsExact_D5) {
  for (int round = 0; round < 200; ++round) {
    q::thread_pool pool({.running = 2, .maximum = 2});
    q::auto_reset_event event, counted;
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope& s) {
      s.arm(event);
      ++*calls;
      counted.set();
    });
    wait.arm(event);
    for (int i = 0; i < 5; ++i) {
      event.set();
      ASSERT_TRUE(q::wait_for(counted, 30s));
    }
    event.set();  // the last one
    wait.wait_for_callbacks();
    ASSERT_EQ(*calls, 6);
    calls.reset();
  }
}

TEST(WaitForCallbacks, ManyThreadsMayWait_D5) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::atomic<int> calls{0};
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
  held_worker worker(pool);
  std::vector<std::unique_ptr<waiting_thread>> waiters;
  for (int i = 1; i <= 4; ++i) {
    wait.arm(event);
    event.set();
    waiters.push_back(std::make_unique<waiting_thread>([&, i] {
      wait.wait_for_callbacks();
      EXPECT_GE(calls, i);
    }));
    ASSERT_TRUE(waiters.back()->is_blocked());
  }
  worker.release();
  for (const auto& each : waiters) EXPECT_TRUE(eventually([&] { return each->has_returned(); }));
}

TEST(WaitForCallbacks, OnTheOnlyWorkerItTakesBackWhatCannotRun_D5_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, done;
  int calls = 0;
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
  pool.post([&] {
    wait.arm(event);
    event.set();
    wait.wait_for_callbacks();
    done.set();
  });
  EXPECT_TRUE(q::wait_for(done, 30s));
  wait.stop();
  EXPECT_EQ(calls, 0);
}

TEST(WaitForCallbacks, ACallbackMayDestroyTheWaitThatIsWaitedFor_D5_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  for (int round = 0; round < 100; ++round) {
    q::manual_reset_event begun, go_on;
    std::unique_ptr<q::registered_wait> wait;
    wait = std::make_unique<q::registered_wait>(pool, [&](q::callback_scope&) {
      begun.set();
      static_cast<void>(q::wait(go_on));
      wait.reset();
    });
    q::registered_wait& waited_for = *wait;
    wait->arm(event);
    event.set();
    ASSERT_TRUE(q::wait_for(begun, 30s));
    waiting_thread waiter([&] { waited_for.wait_for_callbacks(); });
    ASSERT_TRUE(waiter.is_blocked());
    go_on.set();
    EXPECT_TRUE(eventually([&] { return waiter.has_returned(); }));
  }
}

// The order that people bring along: take the arming back, wait for the callbacks, destroy. A signal that came before is
// never lost by it, though it came just before, and though the callbacks arm the wait again.
TEST(WaitForCallbacks, ASignalJustBeforeADisarmIsWaitedForOrTakenBack_D5) {
  constexpr int signals = 5;
  for (const q::pending what : {q::pending::run, q::pending::cancel}) {
    for (int round = 0; round < 100; ++round) {
      q::thread_pool pool({.running = 2, .maximum = 2});
      q::auto_reset_event event, counted;
      auto calls = std::make_unique<int>(0);
      q::registered_wait wait(pool, [&, use = calls.get()](q::callback_scope& s) {
        s.arm(event);
        ++*use;
        counted.set();
      });
      wait.arm(event);
      for (int i = 0; i < signals; ++i) {
        event.set();
        ASSERT_TRUE(q::wait_for(counted, 30s));
      }
      event.set();
      wait.disarm();
      wait.wait_for_callbacks(what);
      if (what == q::pending::run) {
        ASSERT_EQ(*calls, signals + 1);
      } else {
        ASSERT_GE(*calls, signals);
        ASSERT_LE(*calls, signals + 1);
      }
      EXPECT_FALSE(q::try_wait(event)) << "taken, whether its callback ran or not";
    }
  }
}

TEST(WaitForCallbacks, ALimitThatPassesAfterItStillCallsBack_D5) {
  q::thread_pool pool({.running = 1});
  const q::auto_reset_event event;
  q::auto_reset_event called;
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    EXPECT_EQ(s.result().status, q::wait_status::timed_out);
    called.set();
  });
  wait.arm(event, 10ms);
  wait.wait_for_callbacks();
  EXPECT_TRUE(q::wait_for(called, 30s));
  wait.arm(event, 1h);
  wait.wait_for_callbacks(q::pending::cancel);
  EXPECT_EQ(wait.arm(event, 0s), q::arm_status::replaced) << "it was still armed";
  EXPECT_TRUE(q::wait_for(called, 30s));
}

TEST(WaitForCallbacks, ALimitThatPassesAfterACancellingOneStillCallsBack_D5) {
  q::thread_pool pool({.running = 1});
  const q::auto_reset_event event;
  q::auto_reset_event called;
  q::registered_wait wait(pool, [&](q::callback_scope&) { called.set(); });
  bool was_called = false;
  // One that has passed before the call is rightly taken back: then with a longer one.
  for (auto limit = 20ms; !was_called && limit < 3s; limit *= 2) {
    wait.arm(event, limit);
    wait.wait_for_callbacks(q::pending::cancel);
    was_called = static_cast<bool>(q::wait_for(called, limit + 2s));
  }
  EXPECT_TRUE(was_called);
}

}  // namespace
