#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using support::eventually;
using support::waiters_of;

// Sets the event as soon as somebody stands in its queue.
template <class Event>
std::jthread set_when_waited_for(Event& event) {
  return std::jthread([&event] {
    eventually([&event] { return waiters_of::any(event); });
    event.set();
  });
}

// On the heap: GCC 12 takes the constructor of a local std::stop_source for a use of itself before it is made.
std::stop_token requested_stop() {
  const auto source = std::make_unique<std::stop_source>();
  source->request_stop();
  return source->get_token();
}

TEST(Wait, ALimitOfZeroOnlyLooks_B1) {
  q::auto_reset_event event;
  for (const auto& result :
       {q::try_wait(event), q::wait_for(event, 0s), q::wait_for(event, -5s), q::wait_until(event, steady_clock::now()),
        q::wait_until(event, system_clock::now() - 1h)}) {
    EXPECT_EQ(result.status, q::wait_status::timed_out);
    EXPECT_EQ(result.index, q::wait_result::none);
    EXPECT_FALSE(result);
  }
  EXPECT_FALSE(waiters_of::any(event));
}

TEST(Wait, TellsThatItTookTheOnlyObject_B1) {
  const q::auto_reset_event event(true);
  const q::wait_result result = q::wait(event);
  EXPECT_EQ(result.status, q::wait_status::signalled);
  EXPECT_EQ(result.index, 0u);
  EXPECT_FALSE(result.error);
  EXPECT_TRUE(result);
}

TEST(Wait, OneThatTimedOutHasTakenNothing_B5) {
  q::auto_reset_event event;
  EXPECT_EQ(q::wait_for(event, 100us).status, q::wait_status::timed_out);
  EXPECT_FALSE(waiters_of::any(event));
  event.set();
  EXPECT_TRUE(q::try_wait(event)) << "the signal went to a wait that was over";
}

TEST(Wait, AnAvailableSignalWinsOverALimitThatHasPassed_B5) {
  q::manual_reset_event event(true);
  EXPECT_TRUE(q::try_wait(event));
  EXPECT_TRUE(q::wait_for(event, 0s));
  EXPECT_TRUE(q::wait_for(event, -1h));
  EXPECT_TRUE(q::wait_until(event, steady_clock::now() - 1h));
  EXPECT_TRUE(q::wait_until(event, system_clock::time_point::min()));
}

TEST(Wait, AnAvailableSignalWinsOverARequestedStop_B5) {
  const std::stop_token requested = requested_stop();
  const q::auto_reset_event event(true);
  EXPECT_EQ(q::wait(event, requested).status, q::wait_status::signalled);
  EXPECT_EQ(q::wait_for(event, 1h, requested).status, q::wait_status::stopped) << "it was taken once";
}

TEST(Wait, AStopThatWasRequestedBeforeEndsItAtOnceAndTakesNothing_B1_B5) {
  const std::stop_token requested = requested_stop();
  q::auto_reset_event event;
  for (const auto& result :
       {q::wait(event, requested), q::wait_for(event, 1h, requested), q::wait_until(event, q::never, requested)}) {
    EXPECT_EQ(result.status, q::wait_status::stopped);
    EXPECT_EQ(result.index, q::wait_result::none);
  }
  EXPECT_FALSE(waiters_of::any(event));
  event.set();
  EXPECT_TRUE(q::try_wait(event));
}

TEST(Wait, AStopThatIsRequestedMeanwhileEndsItAndTakesNothing_B1_B5) {
  q::auto_reset_event event;
  std::stop_source source;
  const std::jthread stopper([&] {
    eventually([&] { return waiters_of::any(event); });
    source.request_stop();
  });
  EXPECT_EQ(q::wait(event, source.get_token()).status, q::wait_status::stopped);
  EXPECT_FALSE(waiters_of::any(event));
  event.set();
  EXPECT_TRUE(q::try_wait(event));
}

TEST(Wait, OneStopEndsAllWaitsThatListenToIt_B1) {
  q::auto_reset_event event;
  std::stop_source source;
  std::atomic<int> stopped{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      if (q::wait_for(event, 1h, source.get_token()).status == q::wait_status::stopped) ++stopped;
    });
  }
  EXPECT_TRUE(eventually([&] { return waiters_of::count(event) == 3; }));
  source.request_stop();
  threads.clear();
  EXPECT_EQ(stopped.load(), 3);
}

TEST(Wait, ALimitIsNotEarly_B6) {
  const q::auto_reset_event event;
  for (const auto limit : {1us, 100us, 2000us, 20'000us}) {
    const auto begin = steady_clock::now();
    EXPECT_EQ(q::wait_for(event, limit).status, q::wait_status::timed_out);
    EXPECT_GE(steady_clock::now() - begin, limit);
  }
  const auto begin = steady_clock::now();
  EXPECT_EQ(q::wait_for(event, std::chrono::duration<double>(0.0015)).status, q::wait_status::timed_out);
  EXPECT_GE(steady_clock::now() - begin, 1500us);
}

TEST(Wait, ADeadlineIsNotEarlyByItsOwnClock_B6) {
  const q::auto_reset_event event;
  for (int turn = 0; turn < 5; ++turn) {
    const auto steady = steady_clock::now() + 2ms;
    EXPECT_EQ(q::wait_until(event, steady).status, q::wait_status::timed_out);
    EXPECT_GE(steady_clock::now(), steady);
    const auto system = system_clock::now() + 2ms;
    EXPECT_EQ(q::wait_until(event, system).status, q::wait_status::timed_out);
    EXPECT_GE(system_clock::now(), system);
  }
}

TEST(Wait, TheLongestLimitsDoNotPass_B6) {
  q::auto_reset_event event;
  for (const q::deadline until :
       {q::never, q::deadline(std::chrono::hours::max()), q::deadline(std::chrono::nanoseconds::max()),
        q::deadline(std::chrono::nanoseconds::max() - 1us), q::deadline(steady_clock::time_point::max()),
        q::deadline(system_clock::time_point::max()), q::deadline(system_clock::time_point::max() - 1ns),
        q::deadline(steady_clock::time_point::max() - 1ns)}) {
    const auto setter = set_when_waited_for(event);
    EXPECT_EQ(q::wait_until(event, until).status, q::wait_status::signalled);
  }
  const auto setter = set_when_waited_for(event);
  EXPECT_TRUE(q::wait_for(event, std::chrono::duration<double>(std::numeric_limits<double>::infinity())));
}

TEST(Wait, WhatWasDoneBeforeTheSetIsSeenAfterIt_D5) {
  q::auto_reset_event ping, pong;
  int shared = 0;  // plain on purpose: the thread sanitizer sees whether the events order it
  std::jthread other([&] {
    for (int turn = 0; turn < 1000; ++turn) {
      static_cast<void>(q::wait(ping));
      ++shared;
      pong.set();
    }
  });
  for (int turn = 0; turn < 1000; ++turn) {
    ++shared;
    ping.set();
    static_cast<void>(q::wait(pong));
  }
  EXPECT_EQ(shared, 2000);
}

TEST(Wait, TheHandleMayBeClosedWhileItIsWaitedFor_A4) {
  auto given = std::make_unique<q::auto_reset_event>();
  q::auto_reset_event kept = given->duplicate();
  q::wait_status status{};
  std::jthread waiter([&, event = q::handle_ref(*given)] { status = q::wait_for(event, 1h).status; });
  ASSERT_TRUE(eventually([&] { return waiters_of::any(kept); }));
  given.reset();
  kept.set();
  waiter.join();
  EXPECT_EQ(status, q::wait_status::signalled);
}

TEST(Wait, LeavesTheQueueHoweverItEnds_B5) {
  q::auto_reset_event event;
  EXPECT_FALSE(q::wait_for(event, 1us));
  EXPECT_EQ(waiters_of::count(event), 0u);
  std::stop_source source;
  {
    const std::jthread stopper([&] {
      eventually([&] { return waiters_of::any(event); });
      source.request_stop();
    });
    EXPECT_FALSE(q::wait(event, source.get_token()));
  }
  EXPECT_EQ(waiters_of::count(event), 0u);
  {
    const auto setter = set_when_waited_for(event);
    EXPECT_TRUE(q::wait(event));
  }
  EXPECT_EQ(waiters_of::raw_word(event), 0u) << "unsignalled, unlocked, nobody waiting";
}

TEST(Wait, ALimitOfZeroTakesWhatIsThereOfEveryKind_B1) {
  const q::auto_reset_event event(true);
  EXPECT_TRUE(q::wait_for(event, 0s));
  EXPECT_FALSE(q::wait_for(event, 0s));
  q::semaphore semaphore(2);
  EXPECT_TRUE(q::wait_until(semaphore, steady_clock::now() - 1s));
  EXPECT_TRUE(q::wait_any_for({event, semaphore}, 0s));
  EXPECT_FALSE(q::wait_any_for({event, semaphore}, 0s));
  q::mutex mutex;
  EXPECT_TRUE(q::wait_for(mutex, 0s));
  bool another_took_it = true;
  std::thread([&] { another_took_it = static_cast<bool>(q::wait_for(mutex, 0s)); }).join();
  EXPECT_FALSE(another_took_it);
  mutex.unlock();
  q::timer timer;
  timer.set(0s);
  EXPECT_TRUE(q::wait_all_for({timer, mutex}, 0s));
  EXPECT_FALSE(q::wait_for(timer, 0s));
  mutex.unlock();
}

}  // namespace
