// Callbacks on the thread that signals, where mutexes are what they wait for, and where stops meet them.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/inline_options.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::inline_options;
using support::waiters_of;
using thread_id = std::thread::id;

/// A mutex and a wait for it, whose callback writes down where it ran and what it was told, and unlocks.
struct told_owner {
  explicit told_owner(q::thread_pool& pool)
      : wait(
            pool,
            [this](q::callback_scope& scope) {
              ran_on = std::this_thread::get_id();
              told = scope.result().status;
              mutex.unlock();
            },
            inline_options) {}

  q::mutex mutex;
  thread_id ran_on;
  q::wait_status told{};
  q::registered_wait wait;
};

TEST(InlineMutex, TheThreadThatUnlocksItOwnsItAgainInTheCallback_A6_A7) {
  q::thread_pool pool({.running = 1});
  told_owner callback(pool);
  q::mutex& mutex = callback.mutex;
  mutex.lock();
  callback.wait.arm(mutex);
  mutex.unlock();
  EXPECT_EQ(callback.ran_on, std::this_thread::get_id());
  EXPECT_EQ(callback.told, q::wait_status::signalled);
  EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::signalled);
  mutex.unlock();
}

TEST(InlineMutex, RunsOnTheThreadThatEndsAsItsOwnerAndIsTold_A6_A7) {
  q::thread_pool pool({.running = 1});
  told_owner callback(pool);
  q::mutex& mutex = callback.mutex;
  q::auto_reset_event owned;
  q::auto_reset_event armed;
  std::thread owner([&] {
    mutex.lock();
    owned.set();
    static_cast<void>(q::wait(armed));
  });
  const thread_id of_owner = owner.get_id();
  ASSERT_TRUE(q::wait_for(owned, 30s));
  callback.wait.arm(mutex);
  armed.set();
  owner.join();
  EXPECT_EQ(callback.ran_on, of_owner);
  EXPECT_EQ(callback.told, q::wait_status::abandoned);
  EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::signalled);
  mutex.unlock();
}

// The callback stands before this thread in the mutex's queue, and unlocks what this thread is then given.
TEST(InlineMutex, AThreadThatUnlocksItAndWaitsForItInOneStepGetsItAfterTheCallback_A6_A7_B4) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex;
  std::atomic<int> calls{0};
  q::registered_wait wait(
      pool,
      [&](q::callback_scope&) {
        ++calls;
        mutex.unlock();
      },
      inline_options);
  mutex.lock();
  wait.arm(mutex);
  EXPECT_EQ(q::signal_and_wait_for(mutex, mutex, 30s).status, q::wait_status::signalled);
  EXPECT_EQ(calls, 1);
  bool others = true;
  std::thread([&] { others = mutex.try_lock(); }).join();
  EXPECT_FALSE(others);
  mutex.unlock();
  EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::signalled) << "nobody abandoned it";
  mutex.unlock();
}

TEST(InlineMutex, WhatIsTakenBackGoesToAnInlineWaitThatAWorkerRuns_A6_A7_D5) {
  q::thread_pool pool(q::pool_options{.running = 1}), other(q::pool_options{.running = 1});
  q::mutex mutex;
  std::atomic<bool> ran{false};
  q::registered_wait taken_back(pool, [](q::callback_scope&) { FAIL() << "it was taken back"; });
  q::registered_wait next(
      other,
      [&](q::callback_scope&) {
        mutex.unlock();
        ran = true;
      },
      inline_options);
  const support::held_worker held(pool);
  taken_back.arm(mutex);
  next.arm(mutex);
  taken_back.wait_for_callbacks(q::pending::cancel);
  EXPECT_TRUE(eventually([&] { return ran.load(); }));
  EXPECT_TRUE(waiters_of::is_free(mutex));
}

// The only worker waits in the stop, but what is due needs none.
TEST(InlineMutex, AStopOnTheOnlyWorkerLetsRunWhatIsQueuedOnAThreadThatSignals_A7_D3) {
  q::thread_pool pool({.running = 1, .maximum = 1});
  q::auto_reset_event event, other, begun;
  std::atomic<bool> go_on{false};
  bool has_run = false;
  q::registered_wait second(
      pool, [&](q::callback_scope&) { has_run = true; }, inline_options);
  q::registered_wait first(
      pool,
      [&](q::callback_scope&) {
        other.set();
        begun.set();
        // Not a wait of the library: that would hand over what is queued.
        static_cast<void>(eventually([&] { return go_on.load(); }));
      },
      inline_options);
  first.arm(event);
  second.arm(other);
  std::thread signaller([&] { event.set(); });
  ASSERT_TRUE(q::wait_for(begun, 30s));
  q::stop_result result{};
  q::pool_work stopper(pool, [&] { result = second.stop(); });
  stopper.submit();
  EXPECT_TRUE(eventually([&] { return pool.counts().waiting == 1; }));
  go_on = true;
  signaller.join();
  stopper.wait_for_callbacks();
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(result.dropped, 0u);
  EXPECT_TRUE(has_run);
}

// What is queued for the only worker, which waits in its stop, is not held up by what is queued elsewhere.
TEST(InlineMutex, AStopOnTheOnlyWorkerDropsWhatIsItsOwnThoughMoreIsQueuedOnAThreadThatSignals_A7_D3) {
  q::thread_pool pool({.running = 1, .maximum = 1});
  q::auto_reset_event event, other, begun;
  std::atomic<bool> has_stopped{false};
  q::registered_wait second(
      pool, [](q::callback_scope&) {}, inline_options);
  bool was_in_time = false;
  q::registered_wait first(
      pool,
      [&](q::callback_scope&) {
        other.set();
        begun.set();
        was_in_time = eventually([&] { return has_stopped.load(); });
      },
      inline_options);
  first.arm(event);
  second.arm(other);
  std::thread signaller([&] { event.set(); });
  ASSERT_TRUE(q::wait_for(begun, 30s));
  q::stop_result result{};
  q::pool_work stopped(pool, [] {});
  q::pool_work stopper(pool, [&] {
    stopped.submit();
    result = stopped.stop();
    has_stopped = true;
  });
  stopper.submit();
  signaller.join();
  stopper.wait_for_callbacks();
  EXPECT_TRUE(was_in_time);
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(result.dropped, 1u);
}

}  // namespace
