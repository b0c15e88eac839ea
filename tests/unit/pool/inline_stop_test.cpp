// Callbacks on the thread that signals: blocking, stopping, and who counts them.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/inline_options.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::held_worker;
using support::inline_options;
using thread_id = std::thread::id;

/// A thread that signals, and is held in the inline callback that it runs.
struct held_signaller {
  explicit held_signaller(q::thread_pool& pool)
      : wait(
            pool,
            [this](q::callback_scope&) {
              thread = static_cast<std::uint64_t>(::gettid());
              begun.set();
              // Not a wait of the library: that would be seen.
              static_cast<void>(eventually([this] { return go_on.load(); }));
            },
            inline_options) {
    wait.arm(event);
    signaller = std::thread([this] { event.set(); });
    static_cast<void>(q::wait_for(begun, 30s));
  }
  ~held_signaller() { release(); }
  void release() {
    go_on = true;
    if (signaller.joinable()) signaller.join();
  }

  q::auto_reset_event event, begun;
  std::atomic<std::uint64_t> thread{0};
  std::atomic<bool> go_on{false};
  q::registered_wait wait;
  std::thread signaller;
};

TEST(InlineStop, WhatIsQueuedBehindACallbackThatBlocksRunsOnAWorker_A7) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, other, done;
  thread_id ran_on;
  q::registered_wait second(
      pool,
      [&](q::callback_scope&) {
        ran_on = std::this_thread::get_id();
        done.set();
      },
      inline_options);
  bool was_done = false;
  q::registered_wait first(
      pool,
      [&](q::callback_scope&) {
        other.set();
        was_done = static_cast<bool>(q::wait_for(done, 30s));
      },
      inline_options);
  first.arm(event);
  second.arm(other);
  event.set();
  EXPECT_TRUE(was_done);
  EXPECT_NE(ran_on, std::this_thread::get_id());
}

TEST(InlineStop, WaitsForTheCallbackThatRunsOnAnotherThread_A7_D1) {
  q::thread_pool pool({.running = 1});
  held_signaller held(pool);
  EXPECT_EQ(held.wait.stop_for(0s).status, q::stop_status::timed_out);
  std::atomic<bool> stopped{false};
  std::thread stopper([&] {
    held.wait.stop();
    stopped = true;
  });
  EXPECT_FALSE(q::try_wait(held.wait.stopped()));
  EXPECT_FALSE(stopped);
  held.release();
  stopper.join();
  EXPECT_TRUE(q::try_wait(held.wait.stopped()));
  EXPECT_EQ(held.wait.arm(held.event), q::arm_status::refused);
}

TEST(InlineStop, OfThePoolWaitsForItToo_A7_D1) {
  auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
  held_signaller held(*pool);
  EXPECT_EQ(pool->stop_for(0s).status, q::stop_status::timed_out);
  std::thread destroyer([&] { pool.reset(); });
  EXPECT_FALSE(q::try_wait(held.wait.stopped()));
  held.release();
  destroyer.join();
  EXPECT_TRUE(q::try_wait(held.wait.stopped()));
}

TEST(InlineStop, FromInsideIsDeferredAndDestroysTheCallbackAtItsReturn_A7_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  q::stop_status status{};
  bool alive_inside = false;
  auto captured = std::make_shared<int>(0);
  const std::weak_ptr<int> seen = captured;
  q::registered_wait* self = nullptr;
  q::registered_wait wait(
      pool,
      [&, captured = std::move(captured)](q::callback_scope&) {
        status = self->stop().status;
        alive_inside = !seen.expired();
      },
      inline_options);
  self = &wait;
  wait.arm(event);
  event.set();
  EXPECT_EQ(status, q::stop_status::deferred);
  EXPECT_TRUE(alive_inside);
  EXPECT_TRUE(seen.expired());
  EXPECT_TRUE(q::try_wait(wait.stopped()));
}

TEST(InlineStop, OfTheCallbackOfAWorkerFromAnInlineOneThatItSignalledIsDeferred_A7_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  q::stop_status status{};
  std::optional<q::pool_work> work;
  q::registered_wait wait(
      pool, [&](q::callback_scope&) { status = work->stop().status; }, inline_options);
  work.emplace(pool, [&] { event.set(); });
  wait.arm(event);
  work->submit();
  ASSERT_TRUE(q::wait_for(work->stopped(), 30s));
  EXPECT_EQ(status, q::stop_status::deferred);
}

TEST(InlineStop, OfAWaitWhoseCallbackIsQueuedOnTheSameThreadLetsAWorkerRunIt_A7_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, other;
  thread_id ran_on;
  q::registered_wait second(
      pool, [&](q::callback_scope&) { ran_on = std::this_thread::get_id(); }, inline_options);
  q::stop_result result{};
  bool ran_before = false;
  q::registered_wait first(
      pool,
      [&](q::callback_scope&) {
        other.set();
        result = second.stop();
        ran_before = ran_on != thread_id();
      },
      inline_options);
  first.arm(event);
  second.arm(other);
  event.set();
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(result.dropped, 0u);
  EXPECT_TRUE(ran_before);
  EXPECT_NE(ran_on, std::this_thread::get_id());
}

TEST(InlineStop, OnTheOnlyWorkerDropsAndCountsWhatIsQueuedBehindTheCallback_A7_D3) {
  q::thread_pool pool({.running = 1, .maximum = 1});
  q::auto_reset_event event, other, done;
  int calls = 0;
  q::registered_wait second(
      pool, [&](q::callback_scope&) { ++calls; }, inline_options);
  q::stop_result result{};
  q::registered_wait first(
      pool,
      [&](q::callback_scope&) {
        other.set();
        result = second.stop();
        done.set();
      },
      inline_options);
  first.arm(event);
  second.arm(other);
  pool.post([&] { event.set(); });
  ASSERT_TRUE(q::wait_for(done, 30s));
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(result.dropped, 1u);
  pool.stop();
  EXPECT_EQ(calls, 0);
}

TEST(InlineStop, OfThePoolFromInsideIsDeferred_A7_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  q::stop_status status{};
  q::registered_wait wait(
      pool, [&](q::callback_scope&) { status = pool.stop().status; }, inline_options);
  wait.arm(event);
  event.set();
  EXPECT_EQ(status, q::stop_status::deferred);
  EXPECT_TRUE(q::wait_for(pool.stopped(), 30s));
}

TEST(InlineStop, ThePoolMayBeDestroyedInsideTheCallback_A7_J1) {
  auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
  q::auto_reset_event event;
  q::registered_wait wait(
      *pool, [&](q::callback_scope&) { pool.reset(); }, inline_options);
  wait.arm(event);
  event.set();
  EXPECT_EQ(pool, nullptr);
  EXPECT_TRUE(q::wait_for(wait.stopped(), 30s));
}

TEST(InlineStop, TheWaitMayBeDestroyedInsideItsCallback_A7_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::optional<q::registered_wait> wait;
  wait.emplace(
      pool, [&](q::callback_scope&) { wait.reset(); }, inline_options);
  wait->arm(event);
  event.set();
  EXPECT_FALSE(wait.has_value());
}

TEST(InlineStop, InFlightNamesTheThreadThatSignalled_A7_D8) {
  q::thread_pool pool({.running = 1});
  held_signaller held(pool);
  const auto running = held.wait.in_flight();
  ASSERT_EQ(running.size(), 1u);
  EXPECT_EQ(running[0].name, "inline");
  EXPECT_EQ(running[0].thread, held.thread);
  held.release();
  EXPECT_TRUE(held.wait.in_flight().empty());
}

TEST(InlineStop, InFlightNamesBothCallbacksOfAWorkerWhoseSignalRunsOneInline_A7_D8) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::vector<q::callback_info> of_inline, of_work;
  std::optional<q::pool_work> work;
  std::optional<q::registered_wait> wait;
  wait.emplace(
      pool,
      [&](q::callback_scope&) {
        of_inline = wait->in_flight();
        of_work = work->in_flight();
      },
      inline_options);
  work.emplace(pool, [&] { event.set(); });
  wait->arm(event);
  work->submit();
  work->wait_for_callbacks();
  ASSERT_EQ(of_inline.size(), 1u);
  ASSERT_EQ(of_work.size(), 1u);
  EXPECT_NE(of_inline[0].thread, 0u);
  EXPECT_EQ(of_inline[0].thread, of_work[0].thread);
}

TEST(InlineStop, ThePoolCountsItAndDrainsIt_A7_C13) {
  q::thread_pool pool({.running = 1});
  held_signaller held(pool);
  EXPECT_EQ(pool.counts().running, 1u);
  EXPECT_EQ(pool.counts().queued, 0u);
  const auto left = pool.drain(q::deadline(0s));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].name, "inline");
  std::thread drainer([&] { EXPECT_TRUE(pool.drain(30s).empty()); });
  held.release();
  drainer.join();
  EXPECT_EQ(pool.counts().running, 0u);
}

TEST(InlineStop, ThePoolCountsWhatIsQueuedOnAThreadThatSignalsAndWhatThatHandsOver_A7_C13) {
  q::thread_pool pool({.running = 1, .maximum = 1});
  held_worker busy(pool);
  q::auto_reset_event event, other;
  std::size_t queued_here = 0, queued_there = 0, calls = 0;
  q::registered_wait second(
      pool, [&](q::callback_scope&) { ++calls; }, inline_options);
  q::registered_wait first(
      pool,
      [&](q::callback_scope&) {
        other.set();
        queued_here = pool.counts().queued;
        static_cast<void>(q::wait_for(q::auto_reset_event(), 1ms));
        queued_there = pool.counts().queued;
      },
      inline_options);
  first.arm(event);
  second.arm(other);
  event.set();
  EXPECT_EQ(queued_here, 1u);
  EXPECT_EQ(queued_there, 1u);
  EXPECT_EQ(pool.counts().queued, 1u);
  busy.release();
  EXPECT_TRUE(pool.drain(30s).empty());
  EXPECT_EQ(calls, 1u);
}

TEST(InlineStop, TwoThatStopEachOtherOnTwoThreadsAreDeferred_A7_D8) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event one, two;
  std::atomic<int> there{0};
  q::stop_status status[2]{};
  std::optional<q::registered_wait> first, second;
  const auto stop = [&](std::optional<q::registered_wait>& other, q::stop_status& answer) {
    return [&](q::callback_scope&) {
      ++there;
      static_cast<void>(eventually([&] { return there == 2; }));
      answer = other->stop().status;
    };
  };
  first.emplace(pool, stop(second, status[0]), inline_options);
  second.emplace(pool, stop(first, status[1]), inline_options);
  first->arm(one);
  second->arm(two);
  std::thread signaller([&] { two.set(); });
  one.set();
  signaller.join();
  EXPECT_EQ(status[0], q::stop_status::deferred);
  EXPECT_EQ(status[1], q::stop_status::deferred);
}

}  // namespace
