// What is queued on a thread that signals, where that thread does not come to run it, or where others look at it meanwhile.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "quiesce/quiesce.hpp"
#include "support/at_destruction.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/inline_options.hpp"
#include "support/noted_thread.hpp"
#include "support/process_state.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::inline_options;
using support::noted_thread;

TEST(InlineHandOver, ADrainOfAPoolThatHasStoppedEndsWhenWhatWasQueuedElsewhereIsHandedOver_A7_D8) {
  q::thread_pool pool(q::pool_options{.running = 1}), stopped(q::pool_options{.running = 1});
  q::auto_reset_event event, other;
  noted_thread drainer;
  std::atomic<bool> is_drained{false};
  std::thread thread;
  bool drained_in_time = false;
  q::registered_wait dropped(
      stopped, [](q::callback_scope&) { FAIL() << "it was taken back"; }, inline_options);
  q::registered_wait first(
      pool,
      [&](q::callback_scope&) {
        other.set();
        dropped.wait_for_callbacks(q::pending::cancel);
        stopped.request_stop();
        // Not a wait of the library: that would hand over what is queued here.
        ASSERT_TRUE(eventually([&] { return static_cast<bool>(q::try_wait(stopped.stopped())); }));
        thread = std::thread([&] {
          drainer.is_this_one();
          is_drained = stopped.drain(60s).empty();
        });
        ASSERT_TRUE(drainer.comes_to_wait()) << "an entry is still queued on this thread";
        static_cast<void>(q::wait_for(q::auto_reset_event(), 1ms));
        drained_in_time = eventually([&] { return is_drained.load(); });
      },
      inline_options);
  first.arm(event);
  dropped.arm(other);
  event.set();
  thread.join();
  EXPECT_TRUE(drained_in_time);
}

/// An object that is always there, and calls a function, under its lock, when a wait takes it.
class called_when_taken final : public q::waitable {
 public:
  explicit called_when_taken(std::function<void()> call) : waitable(q::take_rule::asks, 0), call_(std::move(call)) {}
  bool can_be_signalled() const noexcept override { return true; }

 private:
  ~called_when_taken() override = default;
  bool is_available(std::uint64_t, std::uint64_t) const noexcept override { return true; }
  std::uint64_t after_take(std::uint64_t word, std::uint64_t) const noexcept override {
    call_();
    return word;
  }

  const std::function<void()> call_;
};

// The arming fires, what it fired is taken back, and so it is the arming that destroys the callback. The worker then has
// an entry queued on itself, and the stop in the destructor signals under a lock. Whoever began that entry there would ask
// for the same lock, since another one was handed over to the workers.
TEST(InlineHandOver, WhatAnArmingDestroysMayStopOthersThoughAnEntryIsQueuedOnItsThread_A7_D3) {
  struct at_end {
    std::function<void()> call;
    ~at_end() {
      if (call) call();
    }
  };
  q::thread_pool pool({.running = 2, .maximum = 2});
  q::pool_work first(pool, [] {}), second(pool, [] {});
  noted_thread stopper;
  std::atomic<bool> is_over{false};
  std::atomic<bool> is_handed_over{false};
  q::manual_reset_event due_here;
  q::registered_wait blocks(
      pool, [](q::callback_scope&) { static_cast<void>(q::wait_for(q::auto_reset_event(), 1ms)); }, inline_options);
  q::registered_wait handed_over(
      pool, [](q::callback_scope&) {}, inline_options);
  blocks.arm(due_here);
  handed_over.arm(due_here);
  std::optional<q::registered_wait> wait;
  auto* const object = new called_when_taken([&] {
    std::thread([&] {
      wait->wait_for_callbacks(q::pending::cancel);
      wait->request_stop();
    }).join();
  });
  q::stop_result of_first, of_second;
  auto captured = std::make_shared<at_end>();
  captured->call = [&] { of_second = second.stop(); };
  wait.emplace(
      pool, [captured](q::callback_scope&) { FAIL() << "it was taken back"; }, inline_options);
  captured.reset();
  pool.post([&] {
    ASSERT_TRUE(eventually([&] { return is_handed_over && pool.counts().waiting == 1; }) && stopper.comes_to_wait());
    second.submit();
    wait->arm(q::handle_ref(*object));
    is_over = true;
  });
  ASSERT_TRUE(eventually([&] { return pool.counts().running == 1; }));
  pool.post([&] {
    stopper.is_this_one();
    first.submit();
    of_first = first.stop();
  });
  ASSERT_TRUE(eventually([&] { return pool.counts().waiting == 1; }));
  due_here.set();
  is_handed_over = true;
  EXPECT_TRUE(eventually([&] { return is_over.load(); }));
  EXPECT_TRUE(pool.drain(30s).empty());
  EXPECT_EQ(of_first.status, q::stop_status::stopped);
  EXPECT_EQ(of_second.status, q::stop_status::stopped);
  EXPECT_TRUE(q::try_wait(wait->stopped()));
  wait.reset();
  object->release();
}

// Between the begin of the first and the queueing of the second there is no moment at which neither is seen.
TEST(InlineHandOver, AStopOnTheOnlyWorkerLetsTheSecondOfTwoThatOverlapRunToo_A7_D3) {
  q::thread_pool pool({.running = 1, .maximum = 1});
  q::auto_reset_event event, other;
  noted_thread stopper;
  q::stop_result result;
  int calls = 0;
  bool slept = true;
  q::registered_wait twice(pool,
                           [&](q::callback_scope&) {
                             // If the stop was told meanwhile, it has dropped the second one before it sleeps again.
                             slept = (++calls != 1 || stopper.comes_to_wait()) && slept;
                           },
                           {.where = q::run_on::signalling_thread, .overlap = true});
  q::registered_wait first(
      pool,
      [&](q::callback_scope&) {
        for (int turn = 0; turn < 2; ++turn) {
          twice.arm(other);
          other.set();
        }
        pool.post([&] {
          stopper.is_this_one();
          result = twice.stop();
        });
        EXPECT_TRUE(eventually([&] { return pool.counts().waiting == 1; }) && stopper.comes_to_wait());
      },
      inline_options);
  first.arm(event);
  event.set();
  EXPECT_TRUE(pool.drain(30s).empty());
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(result.dropped, 0u);
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(slept);
}

TEST(InlineHandOver, ThePoolMayBeDestroyedByTheFirstOfTwoThatOneSignalMadeDue_A7_J1) {
  for (const bool blocks_too : {false, true}) {
    const std::size_t before = support::count_threads();
    auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
    q::manual_reset_event event;
    std::atomic<int> ran{0};
    q::registered_wait first(
        *pool,
        [&](q::callback_scope&) {
          ++ran;
          pool.reset();
          if (blocks_too) static_cast<void>(q::wait_for(q::auto_reset_event(), 1ms));
        },
        inline_options);
    q::registered_wait second(
        *pool, [&](q::callback_scope&) { ++ran; }, inline_options);
    first.arm(event);
    second.arm(event);
    event.set();
    EXPECT_TRUE(q::wait_for(first.stopped(), 30s));
    EXPECT_TRUE(q::wait_for(second.stopped(), 30s));
    EXPECT_EQ(ran, 2) << "what had fired still runs";
    EXPECT_TRUE(eventually([&] { return support::count_threads() == before; }));
  }
}

TEST(InlineHandOver, TheSecondOfTwoThatOneSignalMadeDueMayBeDestroyedByTheFirst_A7_D3) {
  for (const bool pool_is_held : {false, true}) {
    q::thread_pool pool({.running = 1, .maximum = 1});
    std::optional<support::held_worker> held;
    q::manual_reset_event event;
    std::atomic<int> ran{0};
    std::optional<q::registered_wait> second;
    q::registered_wait first(
        pool,
        [&](q::callback_scope&) {
          if (pool_is_held) second->wait_for_callbacks(q::pending::cancel);
          second.reset();
        },
        inline_options);
    second.emplace(
        pool, [&](q::callback_scope&) { ++ran; }, inline_options);
    if (pool_is_held) held.emplace(pool);
    first.arm(event);
    second->arm(event);
    event.set();
    EXPECT_EQ(ran, pool_is_held ? 0 : 1);
    EXPECT_FALSE(second.has_value());
    held.reset();
    EXPECT_TRUE(pool.drain(30s).empty());
  }
}

// The pool has stopped before the stop begins, which so does not wait before it joins the threads.
TEST(InlineHandOver, AThreadOfAPoolThatHasStoppedMayWaitAtItsEndForTheSecondOfTwo_A7_D3) {
  std::promise<void> second_runs;
  std::future<void> second_ran = second_runs.get_future();
  bool ran_in_time = false;
  q::stop_result result;
  q::thread_pool pool({.running = 1}), ending({.running = 1});
  q::manual_reset_event event;
  ending.post([&] {
    thread_local const support::at_destruction at_end(
        [&] { ran_in_time = second_ran.wait_for(30s) == std::future_status::ready; });
  });
  ASSERT_TRUE(ending.drain(30s).empty());
  ending.request_stop();
  ASSERT_TRUE(eventually([&] { return static_cast<bool>(q::try_wait(ending.stopped())); }));
  q::registered_wait first(
      pool, [&](q::callback_scope&) { result = ending.stop(); }, inline_options);
  q::registered_wait second(
      pool, [&](q::callback_scope&) { second_runs.set_value(); }, inline_options);
  first.arm(event);
  second.arm(event);
  event.set();
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_TRUE(ran_in_time);
}

}  // namespace
