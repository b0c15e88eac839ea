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

TEST(StopScenario, NoCallbackFollowsAStopThoughCallbacksArmTheirWaitAgain_D1_D2) {
  explore_bounded(3, {"called", "not called", "refused while it ran"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++*calls;
      if (scope.arm(event) == q::arm_status::refused) reach("refused while it ran");
    });
    wait.arm(event);
    std::thread signaller([&] {
      event.set();
      event.set();
    });
    assert(wait.stop().status == q::stop_status::stopped);
    reach(*calls == 0 ? "not called" : "called");
    calls.reset();
    signaller.join();
    assert(wait.arm(event) == q::arm_status::refused);
  });
}

TEST(StopScenario, ASignalMeetsAStopAndItsCallbackRunsOrItStays_D1_D3) {
  explore_bounded(3, {"ran", "stayed"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++*calls; });
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    wait.stop();
    const bool ran = *calls == 1;
    calls.reset();
    signaller.join();
    assert(static_cast<bool>(q::try_wait(event)) == !ran);
    reach(ran ? "ran" : "stayed");
  });
}

TEST(StopScenario, ARepeatingWaitStopsWhileItIsSignalled_D1_D2) {
  explore_bounded(3, {"called", "not called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait = pool.register_wait(event, [&](q::callback_scope&) { ++*calls; });
    std::thread signaller([&] {
      event.set();
      event.set();
    });
    wait.stop();
    reach(*calls == 0 ? "not called" : "called");
    calls.reset();
    signaller.join();
  });
}

TEST(StopScenario, AStopMeetsAnArmingOnAnotherThread_D2) {
  explore_bounded(3, {"armed", "refused"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++*calls; });
    std::thread other([&] { reach(wait.arm(event) == q::arm_status::refused ? "refused" : "armed"); });
    wait.stop();
    event.set();
    assert(*calls == 0);
    calls.reset();
    other.join();
    assert(q::try_wait(event));
  });
}

TEST(StopScenario, AStopMeetsAnArmingWithAnEventThatIsSignalled_D2_D3) {
  explore_bounded(3, {"called", "not called"}, [] {
    q::auto_reset_event event(true);
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++*calls; });
    q::arm_status status{};
    std::thread other([&] { status = wait.arm(event); });
    wait.stop();
    const int called = *calls;
    calls.reset();
    other.join();
    assert(called == (status == q::arm_status::refused ? 0 : 1));
    assert(static_cast<bool>(q::try_wait(event)) == (called == 0));
    reach(called == 0 ? "not called" : "called");
  });
}

TEST(StopScenario, AStopMeetsALimitAndItsCallbackRunsOrDoesNot_D1) {
  explore_bounded(3, {"called", "not called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      assert(scope.result().status == q::wait_status::timed_out);
      ++*calls;
    });
    wait.arm(event, milliseconds(1));
    wait.stop();
    reach(*calls == 0 ? "not called" : "called");
    calls.reset();
  });
}

TEST(StopScenario, ARepeatingLimitStops_D1_D2) {
  explore_bounded(3, {"called", "not called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait = pool.register_wait(
        event, [&](q::callback_scope&) { ++*calls; }, q::repeat::until_stopped, milliseconds(1));
    wait.stop();
    reach(*calls == 0 ? "not called" : "called");
    calls.reset();
  });
}

TEST(StopScenario, TwoStopsAtOnceBothReturnWhenNoCallbackRuns_D3) {
  explore_bounded(2, {"called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
    wait.arm(event);
    event.set();
    int seen_by_other = 0;
    std::thread other([&] {
      wait.stop();
      seen_by_other = calls;
    });
    wait.stop();
    assert(calls == 1);
    other.join();
    assert(seen_by_other == 1);
    reach("called");
  });
}

TEST(StopScenario, FromInsideItsCallbackAStopIsDeferredAndHoldsWhenThatHasReturned_D3) {
  explore_bounded(3, {"stopped"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait* self = nullptr;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      assert(self->stop().status == q::stop_status::deferred);
      assert(scope.arm(event) == q::arm_status::refused);
      ++*calls;
    });
    self = &wait;
    wait.arm(event);
    event.set();
    static_cast<void>(q::wait(wait.stopped()));
    assert(*calls == 1);
    calls.reset();
    reach("stopped");
  });
}

TEST(StopScenario, AStopFromInsideMeetsOneFromOutside_D3) {
  explore_bounded(2, {"inside first", "outside first"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait* self = nullptr;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      reach(scope.arm(event) == q::arm_status::refused ? "outside first" : "inside first");
      assert(self->stop().status == q::stop_status::deferred);
      ++*calls;
    });
    self = &wait;
    wait.arm(event);
    event.set();
    assert(wait.stop().status == q::stop_status::stopped);
    assert(*calls == 1);
    calls.reset();
  });
}

TEST(StopScenario, NoCallbackBeginsAfterAStopFromInsideThoughTheWaitIsArmedMeanwhile_D2_D3) {
  explore_bounded(2, {"armed", "refused", "taken and dropped"}, [] {
    q::auto_reset_event first(true);
    q::auto_reset_event second;
    q::thread_pool pool({.running = 1});
    bool has_stopped = false;
    std::size_t dropped = 0;
    q::registered_wait* self = nullptr;
    q::registered_wait wait(pool, [&](q::callback_scope&) {
      assert(!has_stopped);
      const q::stop_result result = self->stop();
      assert(result.status == q::stop_status::deferred);
      dropped = result.dropped;
      has_stopped = true;
    });
    self = &wait;
    wait.arm(first);
    std::thread signaller([&] { second.set(); });
    const q::arm_status status = wait.arm(second);
    reach(status == q::arm_status::refused ? "refused" : "armed");
    static_cast<void>(q::wait(wait.stopped()));
    signaller.join();
    if (dropped != 0) reach("taken and dropped");
    assert(static_cast<bool>(q::try_wait(second)) == (dropped == 0));
  });
}

/// Stands for what a callback has captured.
struct captured {
  explicit captured(int& destroyed) : destroyed_(destroyed) {}
  captured(const captured&) = delete;
  ~captured() { ++destroyed_; }
  int& destroyed_;
};

TEST(StopScenario, WhatACallbackCapturedIsDestroyedBeforeTheStopReturns_D1) {
  explore_bounded(3, {"called", "not called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int destroyed = 0;
    int calls = 0;
    q::registered_wait wait(pool,
                            [&calls, held = std::make_shared<captured>(destroyed)](q::callback_scope&) { ++calls; });
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    wait.stop();
    assert(destroyed == 1);
    reach(calls == 0 ? "not called" : "called");
    signaller.join();
  });
}

TEST(StopScenario, ACallbackMayDestroyItsWait_D3) {
  explore_bounded(3, {"destroyed inside"}, [] {
    q::auto_reset_event event;
    int destroyed = 0;
    int calls = 0;
    q::thread_pool pool({.running = 1});
    std::unique_ptr<q::registered_wait> wait;
    wait = std::make_unique<q::registered_wait>(
        pool, [&calls, &wait, held = std::make_shared<captured>(destroyed)](q::callback_scope&) {
          wait.reset();
          assert(held->destroyed_ == 0);  // what a callback captured lives as long as it runs
          ++calls;
        });
    wait->arm(event);
    event.set();
    pool.stop();
    assert(calls == 1 && destroyed == 1 && wait == nullptr);
    reach("destroyed inside");
  });
}

TEST(StopScenario, AWaitMayBeDestroyedWhileItIsSignalled_D1_D3) {
  explore_bounded(3, {"called", "not called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    auto wait = std::make_unique<q::registered_wait>(pool, [&](q::callback_scope&) { ++*calls; });
    wait->arm(event);
    std::thread signaller([&] { event.set(); });
    wait.reset();
    reach(*calls == 0 ? "not called" : "called");
    calls.reset();
    signaller.join();
  });
}

TEST(StopScenario, ARequestedStopTellsWhenNoCallbackRuns_D4) {
  explore_bounded(3, {"called", "not called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++*calls; });
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    wait.request_stop();
    static_cast<void>(q::wait(wait.stopped()));
    reach(*calls == 0 ? "not called" : "called");
    calls.reset();
    signaller.join();
  });
}

TEST(StopScenario, AStopThatGivesUpGoesOn_D4_D8) {
  explore_bounded(2, {"gave up", "in time"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++*calls; });
    wait.arm(event);
    event.set();
    if (wait.stop_for(milliseconds(1)).status == q::stop_status::timed_out) {
      reach("gave up");
      static_cast<void>(q::wait(wait.stopped()));
    } else {
      reach("in time");
    }
    assert(*calls == 1);
    calls.reset();
  });
}

// The worker that waits in the stop is the only one that could run what is due.
TEST(StopScenario, AStopOnTheOnlyWorkerDropsWhatIsDue_D3) {
  explore_bounded(2, {"dropped", "stayed"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    std::size_t dropped = 0;
    q::registered_wait of_b(pool, [&](q::callback_scope&) { ++calls; });
    of_b.arm(b);
    q::registered_wait of_a(pool, [&](q::callback_scope&) {
      const q::stop_result result = of_b.stop();
      assert(result.status == q::stop_status::stopped);
      dropped = result.dropped;
    });
    of_a.arm(a);
    a.set();
    b.set();
    of_a.stop();
    assert(calls == 0 && dropped <= 1);
    assert(static_cast<bool>(q::try_wait(b)) == (dropped == 0));
    reach(dropped == 0 ? "stayed" : "dropped");
  });
}

TEST(StopScenario, CallbacksThatOverlapHaveAllReturnedWhenItsStopReturns_D1) {
  explore_bounded(2, {"called twice"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 2});
    auto calls = std::make_unique<std::atomic<int>>(0);
    q::registered_wait wait = pool.register_wait(event, [&](q::callback_scope&) { ++*calls; }, q::repeat::until_stopped,
                                                 q::time_limit::none(), {.overlap = true});
    event.set();
    event.set();
    wait.stop();
    if (*calls == 2) reach("called twice");
    calls.reset();
  });
}

}  // namespace
