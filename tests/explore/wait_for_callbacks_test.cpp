// Waits for callbacks under interleavings, and the two plain ways to stop that are written with them. What the callbacks
// use is plain memory that is freed when the wait has returned.
#include <array>
#include <cassert>
#include <memory>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_as_test;
using scenario::explore_bounded;
using std::chrono::milliseconds;

TEST(WaitForCallbacksScenario, WhatWasDueOrRanIsOverWhenItReturns_D5) {
  explore_bounded(3, {"called", "not called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    static_cast<void>(wait.disarm());
    wait.wait_for_callbacks();
    const int seen = calls;
    signaller.join();
    assert(static_cast<bool>(q::try_wait(event)) == (seen == 0));
    reach(seen == 0 ? "not called" : "called");
  });
}

// A callback arms its wait again, and the stopper takes three steps: disarm, wait, free. The callback that runs between
// the first two arms the wait, and a later signal makes a callback that uses what has been freed.
TEST(WaitForCallbacksScenario, InTheThreeStepWayACallbackThatArmsItsWaitAgainUsesWhatWasFreed_D5) {
  explore::options options;
  options.search = explore::strategy::bounded;
  options.deviations = 3;
  const explore::report found = explore_as_test(
      [] {
        q::auto_reset_event event;
        q::thread_pool pool({.running = 1});
        auto calls = std::make_unique<int>(0);
        q::registered_wait wait(pool, [&, use = calls.get()](q::callback_scope& scope) {
          ++*use;
          scope.arm(event);
        });
        wait.arm(event);
        std::thread signaller([&] {
          event.set();
          event.set();
        });
        static_cast<void>(wait.disarm());
        wait.wait_for_callbacks();
        calls.reset();
        signaller.join();
        wait.stop();
      },
      options);
  EXPECT_TRUE(found.kind == explore::verdict::use_after_free || found.kind == explore::verdict::data_race) << found;
}

// Five steps: tell the callbacks not to arm any more, disarm, wait, disarm what a callback has armed meanwhile, wait.
TEST(WaitForCallbacksScenario, InTheFiveStepWayNothingIsUsedAfterItWasFreed_D5) {
  explore_bounded(2, {"called", "not called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    std::atomic<bool> stopping{false};
    q::registered_wait wait(pool, [&, use = calls.get()](q::callback_scope& scope) {
      ++*use;
      if (!stopping) scope.arm(event);
    });
    wait.arm(event);
    std::thread signaller([&] {
      event.set();
      event.set();
    });
    stopping = true;
    static_cast<void>(wait.disarm());
    wait.wait_for_callbacks();
    static_cast<void>(wait.disarm());
    wait.wait_for_callbacks();
    reach(*calls == 0 ? "not called" : "called");
    calls.reset();
    signaller.join();
    wait.stop();
  });
}

// The first way: what signals is turned off before, so the callbacks are exactly as many as the signals.
TEST(WaitForCallbacksScenario, WithItsSourceOffThereAreExactlyAsManyCallbacksAsSignals_D5) {
  explore_bounded(2, {"three"}, [] {
    q::auto_reset_event event;
    q::auto_reset_event counted;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&, use = calls.get()](q::callback_scope& scope) {
      scope.arm(event);
      ++*use;
      counted.set();
    });
    wait.arm(event);
    std::thread source([&] {
      for (int i = 0; i < 2; ++i) {
        event.set();
        static_cast<void>(q::wait(counted));
      }
      event.set();
    });
    source.join();
    wait.wait_for_callbacks();
    assert(*calls == 3);
    calls.reset();
    reach("three");
  });
}

TEST(WaitForCallbacksScenario, ARepeatingWaitThatIsSignalledAgainAndAgainDoesNotHoldItUp_D5) {
  explore_bounded(2, {"returned"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait = pool.register_wait(event, [&](q::callback_scope&) {
      if (++calls < 3) event.set();
    });
    event.set();
    wait.wait_for_callbacks();
    wait.wait_for_callbacks();
    reach("returned");
    wait.stop();
  });
}

TEST(WaitForCallbacksScenario, OfTwoThatOverlapItWaitsForTheOneThatWasThere_D5) {
  explore_bounded(2, {"before the later one", "after both"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 2});
    std::array<std::atomic<int>, 2> ended{};
    std::atomic<std::size_t> next{0};
    q::registered_wait wait(pool,
                            [&](q::callback_scope&) {
                              const std::size_t own = next++;
                              ended[own] = 1;
                            },
                            {.overlap = true});
    wait.arm(event);
    event.set();
    std::thread later([&] {
      wait.arm(event);
      event.set();
    });
    wait.wait_for_callbacks();
    assert(ended[0] + ended[1] >= 1);
    reach(ended[0] + ended[1] == 2 ? "after both" : "before the later one");
    later.join();
    wait.stop();
  });
}

TEST(WaitForCallbacksScenario, TwoThreadsWaitWhileCallbacksBeginAndEnd_D5) {
  explore_bounded(2, {"both"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
    wait.arm(event);
    event.set();
    int seen_by_other = 0;
    std::thread other([&] {
      wait.wait_for_callbacks();
      seen_by_other = calls;
    });
    wait.wait_for_callbacks();
    assert(calls == 1);
    other.join();
    assert(seen_by_other == 1);
    reach("both");
  });
}

TEST(WaitForCallbacksScenario, TakingBackMeetsABeginAndEachFireRunsOrIsTakenBack_D5_C1) {
  explore_bounded(3, {"ran", "taken back"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
    wait.arm(event);
    event.set();
    wait.wait_for_callbacks(q::pending::cancel);
    const int first = calls;
    wait.arm(event);
    event.set();
    wait.wait_for_callbacks();
    assert(calls == first + 1);
    reach(first == 1 ? "ran" : "taken back");
    wait.stop();
  });
}

TEST(WaitForCallbacksScenario, AWaitForCallbacksMeetsAStopThatDrops_D3_D5) {
  explore_bounded(2, {"stayed", "dropped"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    std::size_t dropped = 0;
    q::registered_wait of_b(pool, [&](q::callback_scope&) { ++calls; });
    of_b.arm(b);
    q::registered_wait of_a(pool, [&](q::callback_scope&) { dropped = of_b.stop().dropped; });
    of_a.arm(a);
    a.set();
    b.set();
    of_b.wait_for_callbacks();
    of_a.wait_for_callbacks();
    assert(calls == 0 && dropped <= 1);
    reach(dropped == 1 ? "dropped" : "stayed");
    of_a.stop();
  });
}

}  // namespace
