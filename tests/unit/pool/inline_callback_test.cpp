// Callbacks on the thread that signals: where and when they run.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/inline_options.hpp"
#include "support/queued_waiters.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::inline_options;
using thread_id = std::thread::id;

/// A wait whose callbacks write down on which threads they ran.
struct noted {
  explicit noted(q::thread_pool& pool)
      : wait(
            pool, [this](q::callback_scope&) { threads.push_back(std::this_thread::get_id()); }, inline_options) {}

  std::vector<thread_id> threads;
  q::registered_wait wait;
};

std::vector<thread_id> here(std::size_t times) { return std::vector<thread_id>(times, std::this_thread::get_id()); }

TEST(InlineCallback, ThatDeclaresToRunLongIsToldThatNobodyTakesItsPlace_C4_C8) {
  q::thread_pool pool({.running = 1, .maximum = 2}), other({.running = 1, .maximum = 2});
  q::auto_reset_event event;
  int calls = 0;
  q::registered_wait wait(
      pool,
      [&](q::callback_scope& s) {
        ++calls;
        EXPECT_FALSE(s.may_run_long());
        EXPECT_EQ(pool.counts().waiting + other.counts().waiting, 0u);
      },
      inline_options);
  wait.arm(event);
  event.set();
  EXPECT_EQ(calls, 1) << "on a thread of no pool";
  wait.arm(event);
  other.post([&] { event.set(); });
  other.stop();
  EXPECT_EQ(calls, 2) << "on a thread of another pool";
}

TEST(InlineCallback, HasRunOnTheThreadThatSignalsWhenTheSignalReturns_A7_C4) {
  q::thread_pool pool({.running = 1});
  noted callback(pool);
  q::auto_reset_event automatic;
  q::manual_reset_event manual;
  q::semaphore semaphore(0);
  callback.wait.arm(automatic);
  automatic.set();
  EXPECT_EQ(callback.threads, here(1));
  callback.wait.arm(automatic);
  automatic.pulse();
  EXPECT_EQ(callback.threads, here(2));
  callback.wait.arm(manual);
  manual.set();
  EXPECT_EQ(callback.threads, here(3));
  callback.wait.arm(semaphore);
  semaphore.release();
  EXPECT_EQ(callback.threads, here(4));
  EXPECT_FALSE(q::try_wait(automatic));
  EXPECT_FALSE(q::try_wait(semaphore));
}

TEST(InlineCallback, OfSignalAndWaitRunsOnAWorkerSinceTheThreadWaits_A7_C4) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event first, second;
  thread_id ran_on;
  q::registered_wait wait(
      pool,
      [&](q::callback_scope&) {
        ran_on = std::this_thread::get_id();
        second.set();
      },
      inline_options);
  wait.arm(first);
  EXPECT_TRUE(q::signal_and_wait_for(first, second, 30s));
  EXPECT_NE(ran_on, std::this_thread::get_id());
}

TEST(InlineCallback, OfAnEventThatIsSetAtTheReturnOfACallbackRunsOnItsWorker_A7_C9) {
  q::thread_pool pool({.running = 1});
  noted callback(pool);
  q::auto_reset_event event;
  callback.wait.arm(event);
  thread_id worker;
  q::pool_work work(pool, [&](q::callback_scope& s) {
    worker = std::this_thread::get_id();
    s.set_on_return(event);
    EXPECT_TRUE(callback.threads.empty());
  });
  work.submit();
  work.wait_for_callbacks();
  EXPECT_EQ(callback.threads, std::vector<thread_id>{worker});
}

TEST(InlineCallback, RunsWithNoLockOfTheLibraryHeld_A7) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, other;
  int calls = 0;
  q::registered_wait wait(
      pool,
      [&](q::callback_scope&) {
        // Another thread uses all that this one could hold a lock of: it would hang.
        std::thread([&] {
          event.set();
          event.reset();
          EXPECT_FALSE(q::try_wait_all({event, other}));
          EXPECT_EQ(pool.counts().running, 1u);
          wait.arm(event);
          wait.disarm();
        }).join();
        ++calls;
      },
      inline_options);
  wait.arm(event);
  event.set();
  EXPECT_EQ(calls, 1);
  // The same while the event stands still for a wait for all of several.
  std::jthread waiter([&](const std::stop_token& token) { static_cast<void>(q::wait_all({event, other}, token)); });
  ASSERT_TRUE(eventually([&] { return support::waiters_of::count(event) == 1; }));
  wait.arm(event);
  event.set();
  EXPECT_EQ(calls, 2);
}

TEST(InlineCallback, NeverRunsInsideAnotherOneHoweverTheySignalEachOther_A7) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event ping, pong;
  constexpr int rounds = 100'000;  // a stack could not hold them
  int left = rounds;
  bool inside = false;
  bool overlapped = false;
  const auto answer_with = [&](q::auto_reset_event& other) {
    return [&](q::callback_scope&) {
      overlapped = overlapped || inside;
      inside = true;
      if (--left > 0) other.set();
      inside = false;
    };
  };
  auto on_ping =
      pool.register_wait(ping, answer_with(pong), q::repeat::until_stopped, q::time_limit::none(), inline_options);
  auto on_pong =
      pool.register_wait(pong, answer_with(ping), q::repeat::until_stopped, q::time_limit::none(), inline_options);
  ping.set();
  EXPECT_EQ(left, 0);
  EXPECT_FALSE(overlapped);
}

TEST(InlineCallback, WhatACallbackSignalsRunsAfterItInTheOrderOfTheSignals_A7) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  q::semaphore a(0), b(0);
  std::vector<int> order;
  q::registered_wait first(
      pool,
      [&](q::callback_scope& s) {
        s.set_on_return(b);
        a.release();
        b.release();
        order.push_back(1);
      },
      inline_options);
  const auto note = [&](int number) { return [&order, number](q::callback_scope&) { order.push_back(number); }; };
  q::registered_wait second(pool, note(2), inline_options), third(pool, note(3), inline_options),
      fourth(pool, note(4), inline_options);
  first.arm(event);
  fourth.arm(a);
  second.arm(b);
  third.arm(b);
  event.set();
  EXPECT_EQ(order, (std::vector<int>{1, 4, 2, 3}));
}

TEST(InlineCallback, ThreadsAreToldBeforeItRunsThoughTheyStandBehindIt_A7_A2) {
  q::thread_pool pool({.running = 1});
  q::manual_reset_event event;
  support::queued_waiters waiters(event);
  bool was_told = false;
  q::registered_wait wait(
      pool, [&](q::callback_scope&) { was_told = eventually([&] { return waiters.ended() == 2; }); }, inline_options);
  ASSERT_TRUE(waiters.add());
  wait.arm(event);
  ASSERT_TRUE(waiters.add());
  event.set();
  EXPECT_TRUE(was_told);
}

TEST(InlineCallback, OfAnObjectThatIsSignalledHasRunOnTheArmingThreadWhenTheArmingReturns_A7_C4) {
  q::thread_pool pool({.running = 1});
  noted callback(pool);
  q::auto_reset_event event(true);
  EXPECT_EQ(callback.wait.arm(event), q::arm_status::armed);
  EXPECT_EQ(callback.threads, here(1));
  event.set();
  thread_id ran_on;
  const q::registered_wait registered = pool.register_wait(
      event, [&](q::callback_scope&) { ran_on = std::this_thread::get_id(); }, q::repeat::once, q::time_limit::none(),
      inline_options);
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(InlineCallback, OfAnObjectThatIsSignalledRunsAfterTheInlineCallbackThatArms_A7) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, full(true);
  std::vector<int> order;
  q::registered_wait inner(
      pool, [&](q::callback_scope&) { order.push_back(2); }, inline_options);
  q::registered_wait outer(
      pool,
      [&](q::callback_scope&) {
        inner.arm(full);
        order.push_back(1);
      },
      inline_options);
  outer.arm(event);
  event.set();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(InlineCallback, ARepeatingOneRunsOnTheSignallingThreadAsOftenAsIsReleased_A7_C4) {
  q::thread_pool pool({.running = 1});
  q::semaphore semaphore(0);
  std::vector<thread_id> threads;
  auto wait = pool.register_wait(
      semaphore, [&](q::callback_scope&) { threads.push_back(std::this_thread::get_id()); }, q::repeat::until_stopped,
      q::time_limit::none(), inline_options);
  semaphore.release(1000);
  EXPECT_EQ(threads, here(1000));
  EXPECT_FALSE(q::try_wait(semaphore));
  semaphore.release();
  EXPECT_EQ(threads, here(1001));
}

TEST(InlineCallback, OfALimitRunsOnAWorkerAndTheNextSignalIsTheSignallersAgain_C4) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, was_called;
  thread_id worker, ran_on;
  pool.post([&] {
    worker = std::this_thread::get_id();
    was_called.set();
  });
  ASSERT_TRUE(q::wait_for(was_called, 30s));
  q::wait_status status{};
  q::registered_wait wait(
      pool,
      [&](q::callback_scope& s) {
        status = s.result().status;
        ran_on = std::this_thread::get_id();
        was_called.set();
      },
      inline_options);
  wait.arm(event, 1ms);
  ASSERT_TRUE(q::wait_for(was_called, 30s));
  EXPECT_EQ(ran_on, worker);
  EXPECT_EQ(status, q::wait_status::timed_out);
  wait.wait_for_callbacks();
  wait.arm(event, 1h);
  event.set();
  EXPECT_EQ(ran_on, std::this_thread::get_id());
  EXPECT_EQ(status, q::wait_status::signalled);
}

TEST(InlineCallback, ASignalOfAnotherThreadWhileItRunsFollowsItThere_A7_C6) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::vector<thread_id> threads;
  auto wait = pool.register_wait(
      event,
      [&](q::callback_scope&) {
        threads.push_back(std::this_thread::get_id());
        if (threads.size() == 1) std::thread([&] { event.set(); }).join();
      },
      q::repeat::until_stopped, q::time_limit::none(), inline_options);
  event.set();
  EXPECT_EQ(threads, here(2));
}

TEST(InlineCallback, ASignalWhileItRunsOnAWorkerFollowsItThere_A7_C6) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, begun;
  q::manual_reset_event called_twice;
  std::atomic<bool> go_on{false};
  std::vector<thread_id> threads;
  auto wait = pool.register_wait(
      event,
      [&](q::callback_scope& s) {
        if (s.result()) {
          threads.push_back(std::this_thread::get_id());
          return called_twice.set();
        }
        if (!threads.empty()) return;
        threads.push_back(std::this_thread::get_id());
        begun.set();
        static_cast<void>(eventually([&] { return go_on.load(); }));
      },
      q::repeat::until_stopped, 1ms, inline_options);
  ASSERT_TRUE(q::wait_for(begun, 30s));
  event.set();
  go_on = true;
  ASSERT_TRUE(q::wait_for(called_twice, 30s));
  wait.stop();
  ASSERT_EQ(threads.size(), 2u);
  EXPECT_NE(threads[0], std::this_thread::get_id());
  EXPECT_EQ(threads[0], threads[1]);
}

TEST(InlineCallback, RunsInsideTheCallbackThatSignalsOnItsWorker_A7) {
  q::thread_pool pool({.running = 1});
  noted callback(pool);
  q::auto_reset_event event, done;
  callback.wait.arm(event);
  std::size_t seen = 0;
  pool.post([&] {
    event.set();
    seen = callback.threads.size();
    done.set();
  });
  ASSERT_TRUE(q::wait_for(done, 30s));
  EXPECT_EQ(seen, 1u);
}

TEST(InlineCallback, AnExceptionIsGivenToTheHandlerAndTheSignalReturns_A7_C11) {
  int handled = 0;
  q::thread_pool pool(
      {.running = 1, .exceptions = q::on_exception::handler, .handler = [&](std::exception_ptr) { ++handled; }});
  q::auto_reset_event event;
  q::registered_wait wait(
      pool, [](q::callback_scope&) { throw 1; }, inline_options);
  wait.arm(event);
  event.set();
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
}

}  // namespace
