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
using scenario::explore_both;
using scenario::explore_bounded;
using std::chrono::milliseconds;

/// What a scenario begins with: an event, a pool with one worker, and the count that callbacks use.
struct scene {
  q::auto_reset_event event;
  q::thread_pool pool{{.running = 1}};
  std::unique_ptr<int> calls = std::make_unique<int>(0);

  auto count() {
    return [this](q::callback_scope&) { ++*calls; };
  }

  std::thread signal(int times = 1) {
    return std::thread([this, times] {
      for (int i = 0; i < times; ++i) event.set();
    });
  }

  /// From here on no callback may run.
  int free_calls() {
    const int made = *calls;
    calls.reset();
    return made;
  }

  void free_calls_and_reach() { reach(free_calls() == 0 ? "not called" : "called"); }
};

TEST(StopScenario, NoCallbackFollowsAStopThoughCallbacksArmTheirWaitAgain_D1_D2) {
  explore_bounded(3, {"called", "not called", "refused while it ran"}, [] {
    scene s;
    q::registered_wait wait(s.pool, [&](q::callback_scope& scope) {
      ++*s.calls;
      if (scope.arm(s.event) == q::arm_status::refused) reach("refused while it ran");
    });
    wait.arm(s.event);
    std::thread signaller = s.signal(2);
    assert(wait.stop().status == q::stop_status::stopped);
    s.free_calls_and_reach();
    signaller.join();
    assert(wait.arm(s.event) == q::arm_status::refused);
  });
}

TEST(StopScenario, ASignalMeetsAStopAndItsCallbackRunsOrItStays_D1_D3) {
  explore_both(3, 2, {"ran", "stayed"}, [] {
    scene s;
    q::registered_wait wait(s.pool, s.count());
    wait.arm(s.event);
    std::thread signaller = s.signal();
    wait.stop();
    const bool ran = s.free_calls() == 1;
    signaller.join();
    assert(static_cast<bool>(q::try_wait(s.event)) == !ran);
    reach(ran ? "ran" : "stayed");
  });
}

TEST(StopScenario, ARepeatingWaitStopsWhileItIsSignalled_D1_D2) {
  explore_bounded(3, {"called", "not called"}, [] {
    scene s;
    q::registered_wait wait = s.pool.register_wait(s.event, s.count());
    std::thread signaller = s.signal(2);
    wait.stop();
    s.free_calls_and_reach();
    signaller.join();
  });
}

TEST(StopScenario, AStopMeetsAnArmingOnAnotherThread_D2) {
  explore_both(3, 2, {"armed", "refused"}, [] {
    scene s;
    q::registered_wait wait(s.pool, s.count());
    std::thread other([&] { reach(wait.arm(s.event) == q::arm_status::refused ? "refused" : "armed"); });
    wait.stop();
    s.event.set();
    assert(s.free_calls() == 0);
    other.join();
    assert(q::try_wait(s.event));
  });
}

TEST(StopScenario, WhoIsRefusedSeesWhatPrecededTheStop_D2) {
  explore_bounded(2, {"armed", "refused"}, [] {
    scene s;
    int data = 0;
    q::registered_wait wait(s.pool, s.count());
    std::thread other([&] {
      const bool is_refused = wait.arm(s.event) == q::arm_status::refused;
      if (is_refused) assert(data == 1);
      reach(is_refused ? "refused" : "armed");
    });
    data = 1;
    wait.stop();
    other.join();
  });
}

TEST(StopScenario, AStopMeetsAnArmingWithAnEventThatIsSignalled_D2_D3) {
  explore_bounded(3, {"called", "not called"}, [] {
    scene s{.event = q::auto_reset_event(true)};
    q::registered_wait wait(s.pool, s.count());
    q::arm_status status{};
    std::thread other([&] { status = wait.arm(s.event); });
    wait.stop();
    const int called = s.free_calls();
    other.join();
    assert(called == (status == q::arm_status::refused ? 0 : 1));
    assert(static_cast<bool>(q::try_wait(s.event)) == (called == 0));
    reach(called == 0 ? "not called" : "called");
  });
}

TEST(StopScenario, AStopMeetsALimitAndItsCallbackRunsOrDoesNot_D1) {
  explore_bounded(3, {"called", "not called"}, [] {
    scene s;
    q::registered_wait wait(s.pool, [&](q::callback_scope& scope) {
      assert(scope.result().status == q::wait_status::timed_out);
      ++*s.calls;
    });
    wait.arm(s.event, milliseconds(1));
    wait.stop();
    s.free_calls_and_reach();
  });
}

TEST(StopScenario, ARepeatingLimitStops_D1_D2) {
  explore_bounded(3, {"called", "not called"}, [] {
    scene s;
    q::registered_wait wait = s.pool.register_wait(s.event, s.count(), q::repeat::until_stopped, milliseconds(1));
    wait.stop();
    s.free_calls_and_reach();
  });
}

TEST(StopScenario, TwoStopsAtOnceBothReturnWhenNoCallbackRuns_D3) {
  explore_bounded(2, {"called"}, [] {
    scene s;
    q::registered_wait wait(s.pool, s.count());
    wait.arm(s.event);
    s.event.set();
    int seen_by_other = 0;
    std::thread other([&] {
      wait.stop();
      seen_by_other = *s.calls;
    });
    wait.stop();
    assert(*s.calls == 1);
    other.join();
    assert(seen_by_other == 1);
    reach("called");
  });
}

TEST(StopScenario, FromInsideItsCallbackAStopIsDeferredAndHoldsWhenThatHasReturned_D3) {
  explore_bounded(3, {"stopped"}, [] {
    scene s;
    q::registered_wait wait(s.pool, [&](q::callback_scope& scope) {
      assert(wait.stop().status == q::stop_status::deferred);
      assert(scope.arm(s.event) == q::arm_status::refused);
      ++*s.calls;
    });
    wait.arm(s.event);
    s.event.set();
    static_cast<void>(q::wait(wait.stopped()));
    assert(s.free_calls() == 1);
    reach("stopped");
  });
}

TEST(StopScenario, AStopFromInsideMeetsOneFromOutside_D3) {
  explore_bounded(2, {"inside first", "outside first"}, [] {
    scene s;
    q::registered_wait wait(s.pool, [&](q::callback_scope& scope) {
      reach(scope.arm(s.event) == q::arm_status::refused ? "outside first" : "inside first");
      assert(wait.stop().status == q::stop_status::deferred);
      ++*s.calls;
    });
    wait.arm(s.event);
    s.event.set();
    assert(wait.stop().status == q::stop_status::stopped);
    assert(s.free_calls() == 1);
  });
}

TEST(StopScenario, NoCallbackBeginsAfterAStopFromInsideThoughTheWaitIsArmedMeanwhile_D2_D3) {
  explore_bounded(2, {"armed", "refused", "taken and dropped"}, [] {
    scene s{.event = q::auto_reset_event(true)};
    q::auto_reset_event second;
    bool has_stopped = false;
    std::size_t dropped = 0;
    q::registered_wait wait(s.pool, [&](q::callback_scope&) {
      assert(!has_stopped);
      const q::stop_result result = wait.stop();
      assert(result.status == q::stop_status::deferred);
      dropped = result.dropped;
      has_stopped = true;
    });
    wait.arm(s.event);
    std::thread signaller([&] { second.set(); });
    const q::arm_status status = wait.arm(second);
    reach(status == q::arm_status::refused ? "refused" : "armed");
    static_cast<void>(q::wait(wait.stopped()));
    signaller.join();
    if (dropped != 0) reach("taken and dropped");
    assert(static_cast<bool>(q::try_wait(second)) == (dropped == 0));
  });
}

// While one arms it, the other sleeps until that is over; and the stop wakes it.
TEST(StopScenario, AStopFromInsideMeetsTwoArmingsAtOnce_D2_D3) {
  explore_bounded(2, {"both", "one", "none"}, [] {
    scene s{.event = q::auto_reset_event(true)};
    q::auto_reset_event second, third;
    q::registered_wait wait(s.pool,
                            [&](q::callback_scope&) { assert(wait.stop().status == q::stop_status::deferred); });
    wait.arm(s.event);
    q::arm_status of_other{};
    std::thread other([&] { of_other = wait.arm(third); });
    const q::arm_status status = wait.arm(second);
    other.join();
    static_cast<void>(q::wait(wait.stopped()));
    const int refused = (status == q::arm_status::refused ? 1 : 0) + (of_other == q::arm_status::refused ? 1 : 0);
    reach(refused == 0 ? "both" : refused == 1 ? "one" : "none");
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
    scene s;
    int destroyed = 0;
    q::registered_wait wait(s.pool,
                            [&s, held = std::make_shared<captured>(destroyed)](q::callback_scope&) { ++*s.calls; });
    wait.arm(s.event);
    std::thread signaller = s.signal();
    wait.stop();
    assert(destroyed == 1);
    s.free_calls_and_reach();
    signaller.join();
  });
}

TEST(StopScenario, ACallbackMayDestroyItsWait_D3) {
  explore_bounded(3, {"destroyed inside"}, [] {
    scene s;
    int destroyed = 0;
    std::unique_ptr<q::registered_wait> wait;
    wait = std::make_unique<q::registered_wait>(
        s.pool, [&s, &wait, held = std::make_shared<captured>(destroyed)](q::callback_scope&) {
          wait.reset();
          assert(held->destroyed_ == 0);  // what a callback captured lives as long as it runs
          ++*s.calls;
        });
    wait->arm(s.event);
    s.event.set();
    s.pool.stop();
    assert(s.free_calls() == 1 && destroyed == 1 && wait == nullptr);
    reach("destroyed inside");
  });
}

TEST(StopScenario, AWaitMayBeDestroyedWhileItIsSignalled_D1_D3) {
  explore_bounded(3, {"called", "not called"}, [] {
    scene s;
    auto wait = std::make_unique<q::registered_wait>(s.pool, s.count());
    wait->arm(s.event);
    std::thread signaller = s.signal();
    wait.reset();
    s.free_calls_and_reach();
    signaller.join();
  });
}

TEST(StopScenario, ARequestedStopTellsWhenNoCallbackRuns_D4) {
  explore_bounded(3, {"called", "not called"}, [] {
    scene s;
    q::registered_wait wait(s.pool, s.count());
    wait.arm(s.event);
    std::thread signaller = s.signal();
    wait.request_stop();
    static_cast<void>(q::wait(wait.stopped()));
    s.free_calls_and_reach();
    signaller.join();
  });
}

TEST(StopScenario, AStopThatGivesUpGoesOn_D4_D8) {
  explore_bounded(2, {"gave up", "in time"}, [] {
    scene s;
    q::registered_wait wait(s.pool, s.count());
    wait.arm(s.event);
    s.event.set();
    if (wait.stop_for(milliseconds(1)).status == q::stop_status::timed_out) {
      reach("gave up");
      static_cast<void>(q::wait(wait.stopped()));
    } else {
      reach("in time");
    }
    assert(s.free_calls() == 1);
  });
}

// The worker that waits in the stop is the only one that could run what is due.
TEST(StopScenario, AStopOnTheOnlyWorkerDropsWhatIsDue_D3) {
  explore_bounded(2, {"dropped", "stayed"}, [] {
    scene s;
    q::auto_reset_event second;
    std::size_t dropped = 0;
    q::registered_wait of_second(s.pool, s.count());
    of_second.arm(second);
    q::registered_wait of_first(s.pool, [&](q::callback_scope&) {
      const q::stop_result result = of_second.stop();
      assert(result.status == q::stop_status::stopped);
      dropped = result.dropped;
    });
    of_first.arm(s.event);
    s.event.set();
    second.set();
    of_first.stop();
    assert(s.free_calls() == 0 && dropped <= 1);
    assert(static_cast<bool>(q::try_wait(second)) == (dropped == 0));
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
