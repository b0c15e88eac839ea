// A wait for all of several objects, and other waits for the same objects.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/semaphore.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/queued_waiters.hpp"
#include "support/take.hpp"
#include "support/waiters_of.hpp"
#include "support/waiting_for_all.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::queued_waiters;
using support::take;
using support::waiters_of;
using support::waiting_for_all;

TEST(WaitAllAmongOthers, DoesNotHoldUpWaitsForOneOfItsObjects_B3) {
  q::auto_reset_event event, missing;
  waiting_for_all waiter({event, missing});
  ASSERT_TRUE(waiter.is_queued());
  event.set();
  EXPECT_EQ(q::try_wait(event).status, q::wait_status::signalled);
  EXPECT_FALSE(take(event));
  event.set();
  EXPECT_EQ(q::wait_any({missing, event}).index, 1u);
  event.set();
  event.reset();
  EXPECT_FALSE(take(event));
  event.set();
  EXPECT_TRUE(q::try_wait_all({event}));
  missing.set();
  EXPECT_FALSE(waiter.has_ended());
  event.set();
  EXPECT_TRUE(waiter.result());
  EXPECT_FALSE(take(event));
  EXPECT_FALSE(take(missing));
}

TEST(WaitAllAmongOthers, DoesNotHoldUpARegisteredWait_B3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, missing;
  std::atomic<int> called{0};
  waiting_for_all waiter({event, missing});
  ASSERT_TRUE(waiter.is_queued());
  event.set();
  q::registered_wait wait{pool, [&](q::callback_scope&) { ++called; }};
  wait.arm(event);
  ASSERT_TRUE(eventually([&] { return called.load() == 1; })) << "one that was signalled before";
  wait.arm(event);
  EXPECT_EQ(waiters_of::count(event), 2u);
  event.set();
  ASSERT_TRUE(eventually([&] { return called.load() == 2; }));
  EXPECT_EQ(waiters_of::count(event), 1u);
  EXPECT_FALSE(take(event));
  wait.arm(event);
  wait.disarm();
  event.set();
  missing.set();
  EXPECT_TRUE(waiter.result());
  wait.stop();
  EXPECT_EQ(called.load(), 2);
}

TEST(WaitAllAmongOthers, AWaiterBehindItGetsTheSignalThatDoesNotCompleteIt_B3) {
  q::auto_reset_event event, missing;
  waiting_for_all all({event, missing});
  ASSERT_TRUE(all.is_queued());
  queued_waiters behind(event);
  ASSERT_TRUE(behind.add(2));
  event.set();
  ASSERT_TRUE(eventually([&] { return behind.has_ended(0); }));
  EXPECT_FALSE(behind.has_ended(1));
  EXPECT_FALSE(all.has_ended());
  missing.set();
  event.set();  // now it is complete, and came first
  EXPECT_TRUE(all.result());
  EXPECT_FALSE(behind.has_ended(1));
  EXPECT_EQ(waiters_of::count(event), 1u);
  event.set();
  EXPECT_TRUE(eventually([&] { return behind.has_ended(1); }));
}

TEST(WaitAllAmongOthers, AWaiterBeforeItIsServedFirst_B3) {
  q::auto_reset_event event;
  q::manual_reset_event ready(true);
  queued_waiters before(event);
  ASSERT_TRUE(before.add());
  waiting_for_all all({event, ready});
  ASSERT_TRUE(all.is_queued());
  event.set();
  ASSERT_TRUE(eventually([&] { return before.has_ended(0); }));
  EXPECT_FALSE(all.has_ended());
  event.set();
  EXPECT_TRUE(all.result());
}

TEST(WaitAllAmongOthers, AReleaseBySeveralServesThoseBeforeItAndThoseBehind_B3) {
  q::semaphore semaphore(0);
  q::manual_reset_event ready(true);
  queued_waiters others(semaphore);
  ASSERT_TRUE(others.add());
  waiting_for_all all({semaphore, ready});
  ASSERT_TRUE(all.is_queued());
  ASSERT_TRUE(others.add());
  EXPECT_EQ(semaphore.release(2), 0u);
  ASSERT_TRUE(eventually([&] { return others.has_ended(0); }));
  EXPECT_TRUE(all.result());
  EXPECT_FALSE(others.has_ended(1));
  EXPECT_EQ(semaphore.release(2), 0u);
  EXPECT_TRUE(eventually([&] { return others.has_ended(1); }));
  EXPECT_EQ(semaphore.release(0), 1u);
}

TEST(WaitAllAmongOthers, OfTwoThatOverlapTheOneThatIsCompleteIsServed_B3) {
  q::auto_reset_event a, b, shared;
  waiting_for_all with_a({a, shared});
  ASSERT_TRUE(with_a.is_queued());
  waiting_for_all with_b({b, shared});
  ASSERT_TRUE(with_b.is_queued());
  shared.set();
  EXPECT_FALSE(with_a.has_ended());
  b.set();
  EXPECT_TRUE(with_b.result()) << "the later one, since it has all";
  EXPECT_FALSE(with_a.has_ended());
  EXPECT_FALSE(take(shared));
  a.set();
  EXPECT_FALSE(with_a.has_ended());
  shared.set();
  EXPECT_TRUE(with_a.result());
}

TEST(WaitAllAmongOthers, OfTwoForTheSameObjectsTheFirstIsServedFirst_B3) {
  q::auto_reset_event a, b;
  waiting_for_all first({a, b});
  ASSERT_TRUE(first.is_queued());
  waiting_for_all second({b, a});
  ASSERT_TRUE(eventually([&] { return waiters_of::count(a) == 2; }));
  a.set();
  b.set();
  EXPECT_TRUE(first.result());
  EXPECT_FALSE(second.has_ended());
  EXPECT_FALSE(take(a));
  EXPECT_FALSE(take(b));
  b.set();
  a.set();
  EXPECT_TRUE(second.result());
}

TEST(WaitAllAmongOthers, ASetOfAManualResetEventCompletesAllWhoHaveTheRest_A2_B3) {
  q::manual_reset_event gate;
  q::auto_reset_event a(true), b(true), missing;
  waiting_for_all with_a({a, gate}), with_b({b, gate}), with_missing({missing, gate});
  ASSERT_TRUE(with_a.is_queued() && with_b.is_queued() && with_missing.is_queued());
  queued_waiters plain(gate);
  ASSERT_TRUE(plain.add(2));
  gate.set();
  EXPECT_TRUE(with_a.result());
  EXPECT_TRUE(with_b.result());
  EXPECT_TRUE(eventually([&] { return plain.ended() == 2; }));
  EXPECT_FALSE(with_missing.has_ended());
  EXPECT_TRUE(take(gate));
  missing.set();
  EXPECT_TRUE(with_missing.result());
}

TEST(WaitAllAmongOthers, AMutexThatDoesNotCompleteItIsFreeForOthers_A6_B3) {
  q::mutex mutex;
  q::auto_reset_event missing;
  mutex.lock();
  waiting_for_all waiter({mutex, missing});
  ASSERT_TRUE(waiter.is_queued());
  mutex.unlock();
  std::thread([&] {
    EXPECT_TRUE(mutex.try_lock());
    mutex.lock();
    missing.set();
    mutex.unlock();
    EXPECT_FALSE(waiter.has_ended());
    EXPECT_TRUE(take(missing)) << "it had not taken the event for itself";
    missing.set();
    mutex.unlock();
  }).join();
  EXPECT_EQ(waiter.result().status, q::wait_status::signalled);
  EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::abandoned) << "its thread has ended with it";
  mutex.unlock();
}

TEST(WaitAllAmongOthers, WhenItLeavesTheOthersStillStandInTheQueue_B5) {
  q::auto_reset_event event, missing;
  queued_waiters others(event);
  ASSERT_TRUE(others.add());
  {
    waiting_for_all first({event, missing}), second({missing, event});
    ASSERT_TRUE(first.is_queued() && second.is_queued());
    ASSERT_TRUE(others.add());
    EXPECT_EQ(first.stop().status, q::wait_status::stopped);
    EXPECT_NE(waiters_of::raw_word(event) & q::object_word::enrolled, 0u) << "the second still looks at it";
    EXPECT_EQ(second.stop().status, q::wait_status::stopped);
  }
  EXPECT_EQ(waiters_of::raw_word(event), q::object_word::waiting);
  EXPECT_EQ(waiters_of::raw_word(missing), 0u);
  event.set();
  event.set();
  EXPECT_TRUE(eventually([&] { return others.ended() == 2; }));
  EXPECT_EQ(waiters_of::raw_word(event), 0u);
}

// A word with a flag is not looked at without the wide lock.
TEST(WaitAllAmongOthers, WhatIsThereWinsOverALimitThatHasPassedAndOverAStopThoughItsWordHasAFlag_B1_B5) {
  std::stop_source stop;
  stop.request_stop();
  q::auto_reset_event event, missing;
  waiting_for_all other({event, missing});
  ASSERT_TRUE(other.is_queued());
  q::mutex mutex;
  for (const bool stopped : {false, true}) {
    SCOPED_TRACE(stopped ? "stop" : "limit");
    const auto wait_all = [&](q::handle_list objects) {
      return stopped ? q::wait_all(objects, stop.get_token()) : q::wait_all_for(objects, 0s);
    };
    q::auto_reset_event there(true);
    std::thread([&] { mutex.lock(); }).join();
    EXPECT_EQ(wait_all({mutex, there}).status, q::wait_status::abandoned);
    EXPECT_FALSE(take(there));
    mutex.unlock();
    event.set();
    EXPECT_EQ(wait_all({event}).status, q::wait_status::signalled) << "another wait for all stands in its queue";
    EXPECT_EQ(wait_all({event}).status, stopped ? q::wait_status::stopped : q::wait_status::timed_out);
  }
}

TEST(WaitAllAmongOthers, ASignalledObjectThatItLeavesCanBeTakenOnce_B5) {
  q::auto_reset_event event, missing;
  {
    waiting_for_all waiter({event, missing});
    ASSERT_TRUE(waiter.is_queued());
    event.set();
    EXPECT_EQ(waiter.stop().status, q::wait_status::stopped);
  }
  EXPECT_EQ(waiters_of::raw_word(event), q::event_word::signalled);
  EXPECT_TRUE(take(event));
  EXPECT_FALSE(take(event));
}

}  // namespace
