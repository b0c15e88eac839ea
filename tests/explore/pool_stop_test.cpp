// Stopping under interleavings: after stop() no callback runs and none ever will. What the callbacks use is plain memory
// that is freed as soon as the stop has returned, so a callback that ran late would be a use after free or a data race.
// With their pool these scenarios have three or four threads, too many steps to be explored to the end: they are bounded.
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>
#include <utility>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_bounded;
using std::chrono::milliseconds;

TEST(PoolStopScenario, WhatWasPostedRunsOrIsRefused_D1_C13) {
  explore_bounded(3, {"ran", "refused"}, [] {
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::post_status status{};
    std::thread poster([&] { status = pool.post([&] { ++*calls; }); });
    pool.stop();
    const int called = *calls;
    calls.reset();
    poster.join();
    assert(called == (status == q::post_status::queued ? 1 : 0));
    reach(called == 1 ? "ran" : "refused");
  });
}

TEST(PoolStopScenario, AllWorkersLeaveWhenTheLastPostedFunctionHasRun_D1) {
  explore_bounded(2, {"ran"}, [] {
    q::thread_pool pool({.running = 2});
    auto calls = std::make_unique<int>(0);
    pool.post([&] { ++*calls; });
    pool.stop();
    assert(*calls == 1);
    calls.reset();
    reach("ran");
  });
}

TEST(PoolStopScenario, StopsAWaitThatIsSignalled_D1_D2) {
  explore_bounded(3, {"called", "not called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++*calls;
      scope.arm(event);
    });
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    pool.stop();
    reach(*calls == 0 ? "not called" : "called");
    calls.reset();
    signaller.join();
  });
}

// Who signals has said that a callback is due, and has not pushed it yet.
TEST(PoolStopScenario, WhatWasTakenBackMayBePushedWhenAllThreadsHaveLeft_D1_D5) {
  explore_bounded(2, {"called", "not called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++*calls; });
    wait.arm(event);
    pool.post([] {});
    std::thread signaller([&] { event.set(); });
    wait.wait_for_callbacks(q::pending::cancel);
    pool.stop();
    reach(*calls != 0 ? "called" : "not called");
    calls.reset();
    signaller.join();
  });
}

TEST(PoolStopScenario, APoolMayBeDestroyedInsideAPostedFunction_J1) {
  explore_bounded(3, {"destroyed"}, [] {
    q::auto_reset_event done;
    auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
    pool->post([&] {
      pool.reset();
      reach("destroyed");
      done.set();
    });
    static_cast<void>(q::wait(done));
  });
}

TEST(PoolStopScenario, APoolMayBeDestroyedBeforeAWaitThatIsSignalled_D1) {
  explore_bounded(3, {"called", "not called"}, [] {
    q::auto_reset_event event;
    auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(*pool, [&](q::callback_scope&) { ++*calls; });
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    pool.reset();
    reach(*calls == 0 ? "not called" : "called");
    calls.reset();
    signaller.join();
  });
}

}  // namespace
