#include "quiesce/registered_wait.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/pool_timer.hpp"
#include "quiesce/semaphore.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/timer.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/process_state.hpp"
#include "support/queued_waiters.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::held_worker;
using support::waiters_of;

// A wait on a pool of one that counts how it was called back.
struct counting_wait {
  q::thread_pool pool{{.running = 1}};
  std::atomic<int> signalled{0};
  std::atomic<int> timed_out{0};
  q::registered_wait wait{pool, [this](q::callback_scope& s) {
                            ++(s.result().status == q::wait_status::timed_out ? timed_out : signalled);
                          }};

  int calls() const { return signalled + timed_out; }
  /// Until one callback that is due, and all that was posted before, has run.
  void drain() {
    q::auto_reset_event reached;
    pool.post([&] { reached.set(); });
    static_cast<void>(q::wait(reached));
  }
};

TEST(RegisteredWait, ASignalMakesOneCallbackOnAWorker_C4) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  q::manual_reset_event called;
  std::thread::id thread;
  q::wait_result told{};
  int data = 0;  // plain on purpose
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    thread = std::this_thread::get_id();
    told = s.result();
    ++data;
    called.set();
  });
  EXPECT_EQ(wait.arm(event), q::arm_status::armed);
  ++data;
  event.set();
  EXPECT_TRUE(q::wait(called));
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_EQ(told.status, q::wait_status::signalled);
  EXPECT_EQ(told.index, 0u);
  EXPECT_EQ(data, 2);
}

TEST(RegisteredWait, FiresOnceForEachArmingAndTakesNoLaterSignal_C4_C6) {
  counting_wait counted;
  q::auto_reset_event event;
  for (int turn = 1; turn <= 5; ++turn) {
    EXPECT_EQ(counted.wait.arm(event), q::arm_status::armed);
    event.set();
    EXPECT_FALSE(q::try_wait(event)) << "taken by the set itself";
    event.set();
    EXPECT_TRUE(q::try_wait(event)) << "a signal that came after the wait had fired is still there";
    counted.drain();
    EXPECT_EQ(counted.signalled.load(), turn);
  }
}

TEST(RegisteredWait, ArmingAnewReplacesTheArmingThatHasNotFired_C5) {
  counting_wait counted;
  q::auto_reset_event first, second;
  EXPECT_EQ(counted.wait.arm(first, 1h), q::arm_status::armed);
  EXPECT_EQ(counted.wait.arm(second), q::arm_status::replaced);
  first.set();
  EXPECT_TRUE(q::try_wait(first)) << "the signal of the object that was replaced is nobody's";
  EXPECT_FALSE(waiters_of::any(first));
  counted.drain();
  EXPECT_EQ(counted.calls(), 0);
  second.set();
  counted.drain();
  EXPECT_EQ(counted.signalled.load(), 1);
}

TEST(RegisteredWait, AReplacedLimitDoesNotFire_C5) {
  counting_wait counted;
  q::auto_reset_event event;
  // Each arming takes the limit of the one before away before it can pass, or finds that it has.
  int fired = 0;
  for (int turn = 0; turn < 2000; ++turn) {
    if (counted.wait.arm(event, 50us) == q::arm_status::armed) ++fired;
  }
  if (!counted.wait.disarm()) ++fired;
  counted.wait.stop();
  EXPECT_EQ(counted.timed_out.load(), fired - 1) << "the first arming replaced nothing, though none had fired";
}

TEST(RegisteredWait, DisarmingTakesTheArmingBackAndLeavesTheSignal_C5) {
  counting_wait counted;
  q::auto_reset_event event;
  EXPECT_FALSE(counted.wait.disarm()) << "nothing was armed";
  counted.wait.arm(event, 1h);
  EXPECT_TRUE(counted.wait.disarm());
  EXPECT_FALSE(counted.wait.disarm());
  EXPECT_FALSE(waiters_of::any(event));
  event.set();
  EXPECT_TRUE(q::try_wait(event));
  counted.drain();
  EXPECT_EQ(counted.calls(), 0);
  counted.wait.arm(event);
  event.set();
  counted.drain();
  EXPECT_EQ(counted.calls(), 1) << "it can be armed again";
}

// dotnet/corert#3807: what has taken the signal has to call back.
TEST(RegisteredWait, ASignalBeforeTheDisarmingStillCallsBackOnce_D5) {
  counting_wait counted;
  q::auto_reset_event event;
  held_worker worker(counted.pool);
  for (int turn = 0; turn < 10; ++turn) {
    EXPECT_EQ(counted.wait.arm(event), q::arm_status::armed);
    event.set();
    EXPECT_FALSE(counted.wait.disarm()) << "too late: it had fired";
  }
  EXPECT_EQ(counted.calls(), 0);
  worker.release();
  counted.wait.stop();
  EXPECT_EQ(counted.signalled.load(), 10);
}

TEST(RegisteredWait, CanBeArmedInsideItsCallbackWithAnotherObjectAndLimit_C4) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event a, b, c;
  q::manual_reset_event over;
  std::vector<q::wait_status> told;
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    told.push_back(s.result().status);
    switch (told.size()) {
      case 1: EXPECT_EQ(s.arm(b), q::arm_status::armed); break;
      case 2:
        EXPECT_EQ(s.arm(a), q::arm_status::armed);
        EXPECT_EQ(s.arm(c, 1ms), q::arm_status::replaced);
        break;
      case 3: EXPECT_EQ(s.arm(c, -1s), q::arm_status::armed); break;
      default: over.set();
    }
  });
  wait.arm(a, 1h);
  a.set();
  b.set();
  EXPECT_TRUE(q::wait(over));
  wait.stop();
  const auto signalled = q::wait_status::signalled;
  const auto timed_out = q::wait_status::timed_out;
  EXPECT_EQ(told, (std::vector{signalled, signalled, timed_out, timed_out}));
}

TEST(RegisteredWait, ASignalThatIsThereWhenItIsArmedIsTakenAtOnce_C6) {
  counting_wait counted;
  q::auto_reset_event event(true);
  EXPECT_EQ(counted.wait.arm(event), q::arm_status::armed);
  EXPECT_FALSE(q::try_wait(event));
  EXPECT_FALSE(counted.wait.disarm()) << "it has fired";
  event.set();
  EXPECT_EQ(counted.wait.arm(event, 0s), q::arm_status::armed) << "a signal wins over a limit that has passed";
  const q::manual_reset_event stays(true);
  EXPECT_EQ(counted.wait.arm(stays, 0s), q::arm_status::armed);
  EXPECT_TRUE(q::try_wait(stays));
  counted.wait.stop();
  EXPECT_EQ(counted.signalled.load(), 3);
  EXPECT_EQ(counted.timed_out.load(), 0);
}

TEST(RegisteredWait, IsToldWhenItsLimitPassedAndTakesNothing_C4_B5) {
  counting_wait counted;
  q::auto_reset_event event;
  int turn = 0;
  for (const q::deadline until :
       {q::deadline(0s), q::deadline(-1h), q::deadline(1ms), q::deadline(std::chrono::steady_clock::now()),
        q::deadline(std::chrono::system_clock::now() + 2ms)}) {
    EXPECT_EQ(counted.wait.arm(event, until), q::arm_status::armed);
    ++turn;
    EXPECT_TRUE(eventually([&] { return counted.timed_out == turn; }));
    EXPECT_FALSE(counted.wait.disarm());
    EXPECT_FALSE(waiters_of::any(event)) << "left the queue with the disarming at the latest";
  }
  event.set();
  EXPECT_TRUE(q::try_wait(event));
  EXPECT_EQ(counted.signalled.load(), 0);
}

TEST(RegisteredWait, ItsLimitIsNotEarly_B6) {
  q::thread_pool pool({.running = 1});
  const q::auto_reset_event event;
  q::auto_reset_event called;
  std::chrono::steady_clock::time_point when;
  q::registered_wait wait(pool, [&](q::callback_scope&) {
    when = std::chrono::steady_clock::now();
    called.set();
  });
  for (const auto limit : {1us, 300us, 2000us, 5000us}) {
    const auto begin = std::chrono::steady_clock::now();
    wait.arm(event, limit);
    EXPECT_TRUE(q::wait(called));
    EXPECT_GE(when - begin, limit);
  }
}

// dotnet/runtime#90866: a thread for each 64 handles. FreeRDP#3697: a descriptor for each event.
TEST(RegisteredWait, NoObjectOfOursHasADescriptorOfItsOwn_A1_C3) {
  const q::timer keeps_the_reactor;
  q::thread_pool pool({.running = 1});
  const std::size_t before = support::count_descriptors();
  std::vector<q::manual_reset_event> events(1000);
  std::vector<q::mutex> mutexes(1000);
  std::vector<q::timer> timers(1000);
  std::vector<q::semaphore> semaphores;
  std::vector<q::pool_timer> pool_timers;
  for (std::size_t i = 0; i < 1000; ++i) {
    semaphores.emplace_back(0);
    timers[i].set(1h);
    pool_timers.emplace_back(pool, [] {});
    pool_timers.back().set(1h);
  }
  EXPECT_EQ(support::count_descriptors(), before);
}

TEST(RegisteredWait, TenThousandUseNoThreadAndNoDescriptor_C3_C5) {
  constexpr int all = 10'000;
  q::thread_pool pool({.running = 2});
  q::auto_reset_event warm_up;
  std::atomic<int> calls{0};
  const auto count = [&](q::callback_scope&) { ++calls; };
  ASSERT_TRUE(eventually([] { return support::threads_named("quiesce-reactor").size() == 1; }));
  const std::size_t threads = support::count_threads();
  const std::size_t descriptors = support::count_descriptors();
  {
    std::vector<q::auto_reset_event> events(all);
    std::vector<q::registered_wait> waits;
    for (auto& event : events) {
      waits.emplace_back(pool, count);
      ASSERT_EQ(waits.back().arm(event, 1h), q::arm_status::armed);
    }
    EXPECT_EQ(support::count_threads(), threads);
    EXPECT_EQ(support::count_descriptors(), descriptors);
    for (auto& event : events) event.set();
    EXPECT_TRUE(eventually([&] { return calls == all; }));
    for (std::size_t i = 0; i < all; i += 2) waits[i].arm(events[i]);
    EXPECT_EQ(support::count_threads(), threads);
  }
  EXPECT_EQ(calls.load(), all) << "closed while armed: no callback";
}

TEST(RegisteredWait, ManyMayWaitForTheSameEvent_A5) {
  constexpr int all = 100;
  q::thread_pool pool({.running = 1});
  q::manual_reset_event gate;
  q::auto_reset_event ticket;
  std::vector<int> order;
  std::atomic<int> calls{0};
  std::vector<q::registered_wait> waits;
  for (int i = 0; i < all; ++i) {
    waits.emplace_back(pool, [&, i](q::callback_scope& s) {
      order.push_back(i);
      if (++calls <= all) s.arm(ticket);
    });
    waits.back().arm(gate);
  }
  std::atomic<bool> thread_went_on{false};
  std::jthread thread([&] { thread_went_on = static_cast<bool>(q::wait(gate)); });
  ASSERT_TRUE(eventually([&] { return waiters_of::count(gate) == all + 1; }));
  gate.set();
  EXPECT_TRUE(eventually([&] { return calls == all && waiters_of::count(ticket) == all; }));
  EXPECT_TRUE(eventually([&] { return thread_went_on.load(); }));
  for (int i = 0; i < all; ++i) ticket.set();
  EXPECT_FALSE(q::try_wait(ticket)) << "each set called one back";
  pool.stop();
  ASSERT_EQ(order.size(), 2u * all);
  for (std::size_t i = 0; i < order.size(); ++i)
    EXPECT_EQ(order[i], static_cast<int>(i) % all) << "first come, first served";
}

TEST(RegisteredWait, TheHandleMayBeClosedWhileItIsArmed_A4) {
  counting_wait counted;
  auto event = std::make_unique<q::auto_reset_event>();
  q::auto_reset_event kept = event->duplicate();
  counted.wait.arm(*event);
  event.reset();
  kept.set();
  counted.drain();
  EXPECT_EQ(counted.signalled.load(), 1);
  counted.wait.arm(kept, 1ms);
  kept = q::auto_reset_event();
  EXPECT_TRUE(eventually([&] { return counted.timed_out == 1; })) << "the object is kept alive by the arming";
  counted.wait.arm(q::auto_reset_event(true));
  counted.drain();
  EXPECT_EQ(counted.signalled.load(), 2);
}

TEST(RegisteredWait, StaysArmedWhenItIsMovedAndStopsWhenItIsAssignedTo_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event first, second;
  int first_calls = 0;
  q::manual_reset_event second_called;
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++first_calls; });
  wait.arm(first);
  std::vector<q::registered_wait> moved;
  moved.push_back(std::move(wait));
  q::registered_wait other(pool, [&](q::callback_scope&) { second_called.set(); });
  other.arm(second);
  moved.front() = std::move(other);
  EXPECT_FALSE(waiters_of::any(first));
  first.set();
  EXPECT_TRUE(q::try_wait(first));
  q::registered_wait& same = moved.front();
  moved.front() = std::move(same);
  second.set();
  EXPECT_TRUE(q::wait(second_called));
  EXPECT_EQ(first_calls, 0);
}

TEST(RegisteredWait, StandsAmongThreadsInTheOrderOfTheirComing_A2_A5) {
  counting_wait counted;
  q::auto_reset_event event;
  support::queued_waiters threads(event);
  ASSERT_TRUE(threads.add());
  counted.wait.arm(event);
  ASSERT_TRUE(threads.add());
  event.set();
  EXPECT_TRUE(eventually([&] { return threads.has_ended(0); }));
  counted.drain();
  EXPECT_EQ(counted.calls(), 0);
  event.set();
  counted.drain();
  EXPECT_EQ(counted.signalled, 1);
  EXPECT_FALSE(threads.has_ended(1));
  event.set();
  EXPECT_TRUE(eventually([&] { return threads.has_ended(1); }));
  EXPECT_FALSE(q::try_wait(event));
}

}  // namespace
