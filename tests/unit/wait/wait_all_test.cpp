#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/take.hpp"
#include "support/waiters_of.hpp"
#include "support/waiting_for_all.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::take;
using support::waiters_of;
using support::waiting_for_all;

bool is_plain(q::handle_ref object) { return q::object_word::is_plain(waiters_of::raw_word(object)); }

TEST(WaitAll, TakesAllOfThemOrNone_B3) {
  q::auto_reset_event a(true), b;
  q::semaphore c(2);
  EXPECT_EQ(q::try_wait_all({a, b, c}).status, q::wait_status::timed_out);
  EXPECT_EQ(c.release(0), 2u);
  b.set();
  const q::wait_result result = q::try_wait_all({a, b, c});
  EXPECT_EQ(result.status, q::wait_status::signalled);
  EXPECT_EQ(result.index, q::wait_result::none);
  EXPECT_EQ(c.release(0), 1u);
  EXPECT_FALSE(take(a));
  EXPECT_FALSE(take(b));
}

// neosmart/pevents#9: a wait for all took signals before the last one was there.
TEST(WaitAll, EachSignalOfTheLastOneMissingEndsIt_B3) {
  constexpr std::size_t count = 3;
  std::array<std::size_t, count> order{0, 1, 2};
  do {
    std::array<q::auto_reset_event, count> events;
    waiting_for_all waiter({events.begin(), events.end()});
    ASSERT_TRUE(waiter.is_queued());
    for (const std::size_t which : order) {
      EXPECT_FALSE(waiter.has_ended());
      EXPECT_EQ(std::count_if(events.begin(), events.end(), waiters_of::any), 3) << "it waits in all queues to its end";
      events[which].set();
    }
    EXPECT_EQ(waiter.result().status, q::wait_status::signalled);
    for (const auto& event : events) EXPECT_EQ(waiters_of::raw_word(event), 0u) << "taken, left and plain again";
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(WaitAll, TakesAManualResetEventWithoutResettingIt_B3) {
  q::manual_reset_event stays;
  q::auto_reset_event event;
  waiting_for_all waiter({stays, event});
  ASSERT_TRUE(waiter.is_queued());
  stays.set();
  stays.reset();
  event.set();
  EXPECT_FALSE(waiter.has_ended());
  stays.set();
  EXPECT_TRUE(waiter.result());
  EXPECT_TRUE(take(stays));
  EXPECT_FALSE(take(event));
}

TEST(WaitAll, TheNumberOfSignalsOfTheOthersDoesNotReplaceAMissingOne_B3) {
  q::semaphore semaphore(0);
  q::auto_reset_event event;
  waiting_for_all waiter({semaphore, event});
  ASSERT_TRUE(waiter.is_queued());
  semaphore.release(5);
  semaphore.release(2);
  EXPECT_FALSE(waiter.has_ended());
  event.set();
  EXPECT_TRUE(waiter.result());
  EXPECT_EQ(semaphore.release(0), 6u) << "it took one";
}

TEST(WaitAll, APulseCompletesItOrPassesWithoutATrace_A3_B3) {
  q::auto_reset_event event;
  q::manual_reset_event other;
  waiting_for_all waiter({event, other});
  ASSERT_TRUE(waiter.is_queued());
  event.pulse();
  other.set();
  EXPECT_FALSE(waiter.has_ended()) << "they were never signalled together";
  other.reset();
  event.set();
  other.pulse();
  EXPECT_TRUE(waiter.result());
  EXPECT_EQ(waiters_of::raw_word(event), 0u);
  EXPECT_EQ(waiters_of::raw_word(other), 0u);
}

TEST(WaitAll, MayWaitForKindsOfAllSortsAtOnce_A1_B3) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const q::descriptor readable(ends[0], q::descriptor::readiness::readable);
  q::process child = q::process::spawn({"sleep", "1000"});
  q::timer timer;
  q::mutex mutex;
  mutex.lock();
  waiting_for_all waiter({readable, child, timer, mutex});
  ASSERT_TRUE(waiter.is_queued());
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  timer.set(1ms);
  ASSERT_TRUE(eventually([&] { return take(timer); })) << "it is not held up by the wait";
  child.send(9);
  ASSERT_TRUE(q::wait_for(child, 30s));
  mutex.unlock();
  EXPECT_FALSE(waiter.has_ended()) << "the timer was taken by another";
  timer.set(1ms);
  EXPECT_EQ(waiter.result().status, q::wait_status::signalled);
  EXPECT_FALSE(take(timer));
  EXPECT_TRUE(take(readable));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(WaitAll, ADescriptorThatIsReadBeforeTheOthersAreThereHasToBecomeReadyAgain_B3) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const q::descriptor readable(ends[0], q::descriptor::readiness::readable);
  q::auto_reset_event event;
  waiting_for_all waiter({event, readable});
  ASSERT_TRUE(waiter.is_queued());
  char byte = 'x';
  for (int turn = 0; turn < 3; ++turn) {
    ASSERT_EQ(::write(ends[1], &byte, 1), 1);
    ASSERT_TRUE(q::wait_for(readable, 30s)) << "those who come later are served";
    ASSERT_EQ(::read(ends[0], &byte, 1), 1);
  }
  event.set();
  EXPECT_FALSE(waiter.has_ended());
  EXPECT_TRUE(take(event));
  event.set();
  ASSERT_EQ(::write(ends[1], &byte, 1), 1);
  EXPECT_TRUE(waiter.result());
  EXPECT_FALSE(take(event));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(WaitAll, ATimeOutTakesNothingAndLeavesTheObjectsAsTheyWere_B5) {
  q::auto_reset_event signalled(true), silent;
  q::semaphore semaphore(1);
  q::mutex mutex;
  const auto limit = std::chrono::steady_clock::now() + 2ms;
  const q::wait_result result = q::wait_all_until({signalled, semaphore, mutex, silent}, limit);
  EXPECT_EQ(result.status, q::wait_status::timed_out);
  EXPECT_EQ(result.index, q::wait_result::none);
  EXPECT_GE(std::chrono::steady_clock::now(), limit);
  for (const q::handle_ref object : {q::handle_ref(signalled), q::handle_ref(semaphore), q::handle_ref(mutex)}) {
    EXPECT_TRUE(is_plain(object)) << "the fast paths work again";
    EXPECT_TRUE(take(object));
  }
  EXPECT_EQ(waiters_of::raw_word(silent), 0u);
  mutex.unlock();
}

TEST(WaitAll, AStopRequestEndsItAndTakesNothing_B1_B5) {
  q::auto_reset_event signalled(true), silent;
  waiting_for_all waiter({signalled, silent});
  ASSERT_TRUE(waiter.is_queued());
  const q::wait_result result = waiter.stop();
  EXPECT_EQ(result.status, q::wait_status::stopped);
  EXPECT_EQ(result.index, q::wait_result::none);
  EXPECT_TRUE(is_plain(signalled));
  EXPECT_TRUE(is_plain(silent));
  EXPECT_TRUE(take(signalled));
}

// neosmart/pevents#5: with all of them set it timed out.
TEST(WaitAll, WhatIsThereWinsOverALimitThatHasPassedAndOverAStop_B5) {
  std::stop_source stop;
  stop.request_stop();
  q::semaphore a(4), b(4);
  EXPECT_TRUE(q::wait_all_for({a, b}, 0s));
  EXPECT_TRUE(q::wait_all_until({a, b}, std::chrono::steady_clock::now() - 1s));
  EXPECT_TRUE(q::wait_all({a, b}, stop.get_token()));
  EXPECT_TRUE(q::wait_all_for({a, b}, 0s, stop.get_token()));
  EXPECT_EQ(q::wait_all_for({a, b}, 0s).status, q::wait_status::timed_out);
  EXPECT_EQ(q::wait_all({a, b}, stop.get_token()).status, q::wait_status::stopped);
  EXPECT_TRUE(is_plain(a));
  EXPECT_TRUE(is_plain(b));
}

TEST(WaitAll, HasNoLimitOf64Objects_B3) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{64}, std::size_t{65}, std::size_t{1000}}) {
    std::vector<q::auto_reset_event> events(size);
    std::vector<q::handle_ref> all(events.begin(), events.end());
    for (std::size_t i = 1; i < size; ++i) events[i].set();
    EXPECT_EQ(q::wait_all_for(all, 1ms).status, q::wait_status::timed_out);
    waiting_for_all waiter(all);
    ASSERT_TRUE(waiter.is_queued());
    events[0].set();
    EXPECT_TRUE(waiter.result());
    for (const auto& event : events) ASSERT_EQ(waiters_of::raw_word(event), 0u);
  }
}

TEST(WaitAll, TheSameObjectTwiceIsAnErrorAndTakesNothing_B3_J4) {
  const q::semaphore semaphore(5);
  const q::semaphore again = semaphore.duplicate();
  const q::auto_reset_event event(true);
  EXPECT_THROW(static_cast<void>(q::wait_all({semaphore, event, again})), std::logic_error);
  EXPECT_THROW(static_cast<void>(q::try_wait_all({again, semaphore})), std::logic_error);
  EXPECT_THROW(static_cast<void>(q::wait_all_for({semaphore, semaphore}, 1s)), std::logic_error);
  std::vector<q::auto_reset_event> events(70);
  std::vector<q::handle_ref> all(events.begin(), events.end());
  all.push_back(all.front());
  EXPECT_THROW(static_cast<void>(q::try_wait_all(all)), std::logic_error);
  EXPECT_TRUE(take(event));
  EXPECT_EQ(q::semaphore(semaphore.duplicate()).release(0), 5u);
}

TEST(WaitAll, TakesAMutexThatTheCallerOwnsOnceMore_A6_B3) {
  q::mutex mutex;
  q::auto_reset_event event(true);
  mutex.lock();
  EXPECT_TRUE(q::wait_all({event, mutex}));
  std::jthread setter([&] {
    EXPECT_TRUE(eventually([&] { return waiters_of::any(event); }));
    EXPECT_FALSE(mutex.try_lock());
    event.set();
  });
  EXPECT_EQ(q::wait_all({mutex, event}).status, q::wait_status::signalled);
  setter.join();
  for (int turn = 0; turn < 3; ++turn) mutex.unlock();
  EXPECT_EQ(waiters_of::raw_word(mutex), 0u);
}

TEST(WaitAll, HandlesMayBeClosedWhileItWaits_A4) {
  auto a = std::make_unique<q::auto_reset_event>();
  auto b = std::make_unique<q::semaphore>(0);
  q::auto_reset_event c;
  waiting_for_all waiter({*a, *b, c});
  ASSERT_TRUE(waiter.is_queued());
  a->set();
  a.reset();
  b->release();
  b.reset();
  c.set();
  EXPECT_TRUE(waiter.result());

  a = std::make_unique<q::auto_reset_event>();
  b = std::make_unique<q::semaphore>(1);
  waiting_for_all stopped({*a, *b});
  ASSERT_TRUE(stopped.is_queued());
  a.reset();
  b.reset();
  EXPECT_EQ(stopped.stop().status, q::wait_status::stopped);
}

}  // namespace
