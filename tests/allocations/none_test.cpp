// What is made once needs no memory afterwards, and so cannot fail for want of it.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "allocations/counted.hpp"
#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/queued_waiters.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using counted::during;
using support::eventually;

TEST(NoAllocation, TheCounterCountsWhatIsAllocated) {
  EXPECT_EQ(during([] { ::operator delete(::operator new(1)); }), 1u);
  EXPECT_EQ(during([] { std::optional<q::auto_reset_event> event(std::in_place); }), 1u);
  EXPECT_EQ(during([] {}), 0u);
}

TEST(NoAllocation, SignallingNeedsNoneWhoeverWaits_A7) {
  q::auto_reset_event automatic;
  q::manual_reset_event manual;
  q::semaphore semaphore(0);
  q::mutex mutex;
  support::queued_waiters of_automatic(automatic), of_manual(manual), of_semaphore(semaphore), of_mutex(mutex);
  mutex.lock();
  ASSERT_TRUE(of_automatic.add(2) && of_manual.add(2) && of_semaphore.add(2) && of_mutex.add(1));
  std::uint64_t made = 0;
  made += during([&] { automatic.set(); });
  made += during([&] { automatic.pulse(); });
  made += during([&] { automatic.set(); });
  made += during([&] { automatic.reset(); });
  made += during([&] { manual.set(); });
  made += during([&] { manual.reset(); });
  made += during([&] { manual.pulse(); });
  made += during([&] { static_cast<void>(semaphore.release(3)); });
  made += during([&] { mutex.unlock(); });
  EXPECT_EQ(made, 0u);
}

TEST(NoAllocation, BlockingWaitsNeedNone_A7) {
  std::vector<q::auto_reset_event> events(64);
  std::vector<q::handle_ref> all(events.begin(), events.end());
  q::auto_reset_event ready;
  q::auto_reset_event back;
  q::mutex mutex;
  std::stop_source source;
  static_cast<void>(q::wait_for(ready, 1ms, source.get_token()));
  const std::jthread other([&](const std::stop_token& token) {
    while (q::wait(ready, token)) back.set();
  });
  const std::uint64_t made = during([&] {
    mutex.lock();
    mutex.lock();
    mutex.unlock();
    mutex.unlock();
    EXPECT_FALSE(q::try_wait(back));
    EXPECT_EQ(q::wait_for(back, 1ms).status, q::wait_status::timed_out);
    EXPECT_EQ(q::wait_any_for(all, 1ms).status, q::wait_status::timed_out);
    EXPECT_EQ(q::wait_all_for(all, 1ms).status, q::wait_status::timed_out);
    EXPECT_TRUE(q::signal_and_wait(ready, back, source.get_token()));
  });
  EXPECT_EQ(made, 0u);
}

// What the callbacks of one wait do: all that a callback can do without asking for memory.
struct arming_again {
  q::thread_pool pool{{.running = 2}};
  q::auto_reset_event event;
  q::auto_reset_event other;
  q::auto_reset_event told;
  std::atomic<int> calls{0};
  q::registered_wait wait{pool, [this](q::callback_scope& scope) {
                            if (++calls % 2 == 1) scope.arm(other, 1h);
                            scope.set_on_return(told);
                          }};
};

TEST(NoAllocation, ArmingFiringTheCallbackAndDisarmingNeedNone_C5_A7) {
  arming_again made_before;
  auto& [pool, event, other, told, calls, wait] = made_before;
  EXPECT_EQ(during([&] {
              for (int i = 0; i < 10; ++i) {
                calls = 0;
                EXPECT_EQ(wait.arm(event, 1h), q::arm_status::armed);
                EXPECT_EQ(wait.arm(event), q::arm_status::replaced);
                EXPECT_TRUE(wait.disarm());
                EXPECT_EQ(wait.arm(event), q::arm_status::armed);
                event.set();
                EXPECT_TRUE(q::wait(told));
                other.set();
                EXPECT_TRUE(q::wait(told));
                EXPECT_EQ(wait.arm(other, 1ns), q::arm_status::armed);
                EXPECT_TRUE(q::wait(told));
                wait.wait_for_callbacks();
                EXPECT_TRUE(wait.disarm()) << "the third callback has armed it";
                EXPECT_EQ(calls, 3);
              }
            }),
            0u);
}

TEST(NoAllocation, WorkAndTimersNeedNone_C5_A7) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event told;
  q::pool_work work(pool, [&] { told.set(); });
  q::pool_timer timer(pool, [&] { told.set(); });
  q::timer signalled;
  EXPECT_EQ(during([&] {
              for (int i = 0; i < 10; ++i) {
                work.submit();
                EXPECT_TRUE(q::wait(told));
                timer.set(1ns);
                EXPECT_TRUE(q::wait(told));
                timer.set(1h, 1h, 1h);
                EXPECT_TRUE(timer.cancel());
                signalled.set(1us);
                EXPECT_TRUE(q::wait(signalled));
                signalled.set(1h, 1h);
                signalled.cancel();
              }
              work.submit();
              work.cancel();
            }),
            0u);
}

TEST(NoAllocation, WhatRepeatsNeedsNone_C5_A7) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  q::auto_reset_event told;
  std::atomic<int> calls{0};
  q::pool_timer timer(pool, [&] { ++calls; });
  EXPECT_EQ(during([&] {
              timer.set(0s, 100us);
              EXPECT_TRUE(eventually([&] { return calls >= 5; }));
              static_cast<void>(timer.cancel());  // it may just have fired
              timer.wait_for_callbacks();
            }),
            0u);
  for (const q::time_limit limit : {q::time_limit(1h), q::time_limit(100us)}) {
    auto wait = pool.register_wait(
        event, [&](q::callback_scope& s) { s.set_on_return(told); }, q::repeat::until_stopped, limit);
    EXPECT_EQ(during([&] {
                for (int i = 0; i < 5; ++i) {
                  event.set();
                  EXPECT_TRUE(q::wait_for(told, 30s));
                }
              }),
              0u);
  }
}

TEST(NoAllocation, AskingToStopAndStoppingNeedNone_D4) {
  q::thread_pool pool({.running = 2});
  q::manual_reset_event go_on;
  q::auto_reset_event event;
  std::atomic<int> begun{0};
  std::array<std::optional<q::registered_wait>, 4> waits;
  for (auto& each : waits) {
    each.emplace(pool, [&](q::callback_scope&) {
      ++begun;
      static_cast<void>(q::wait(go_on));
    });
  }
  q::pool_work work(pool, [] {});
  q::pool_timer timer(pool, [] {});
  q::stop_group group;
  group.add(*waits[2]);
  waits[0]->arm(event);
  event.set();
  ASSERT_TRUE(eventually([&] { return begun == 1; }));
  waits[1]->arm(event, 1h);
  timer.set(1h);
  EXPECT_EQ(during([&] {
              waits[0]->request_stop();
              EXPECT_FALSE(q::try_wait(waits[0]->stopped())) << "it does not block";
              waits[1]->request_stop();
              group.request_stop();
              EXPECT_EQ(waits[0]->stop_for(1ms).status, q::stop_status::timed_out);
              pool.request_stop();
              go_on.set();
              EXPECT_EQ(waits[0]->stop().status, q::stop_status::stopped);
              EXPECT_TRUE(q::wait(waits[1]->stopped()));
              EXPECT_EQ(group.stop().status, q::stop_status::stopped);
              EXPECT_EQ(timer.stop().status, q::stop_status::stopped);
              EXPECT_EQ(work.stop().status, q::stop_status::stopped);
              EXPECT_EQ(waits[3]->stop().status, q::stop_status::stopped);
              EXPECT_EQ(pool.stop().status, q::stop_status::stopped);
            }),
            0u);
}

}  // namespace
