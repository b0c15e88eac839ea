// Events under the interleavings of two threads, all of them, or of three, bounded: what becomes of a signal.
#include <atomic>
#include <cassert>
#include <thread>
#include <utility>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_all;
using scenario::explore_both;
using scenario::explore_bounded;
using scenario::unlimited;
using std::chrono::milliseconds;
using support::waiters_of;

TEST(EventScenario, ASignalMeetsATimeOutAndIsTakenOnceOrStays_B5) {
  explore_both(unlimited, unlimited, {"signalled", "timed out"}, [] {
    q::auto_reset_event event;
    int data = 0;
    std::thread signaller([&] {
      data = 1;
      event.set();
    });
    const q::wait_result result = q::wait_for(event, milliseconds(1));
    reach(result ? "signalled" : "timed out");
    assert(result ? data == 1 : result.status == q::wait_status::timed_out);
    signaller.join();
    assert(static_cast<bool>(q::try_wait(event)) == !result);
  });
}

// Also one that comes between the first look and the look at the clock. Under weak memory the clock orders nothing: a look may
// miss what was stored before.
TEST(EventScenario, ASignalThatComesBeforeTheLimitWins_B5) {
  explore_all({"early", "late"}, [] {
    const auto limit = std::chrono::steady_clock::now() + milliseconds(1);
    q::auto_reset_event event;
    bool early = false;
    std::thread signaller([&] {
      event.set();
      early = std::chrono::steady_clock::now() < limit;
      // Nobody sleeps here: it lets the explorer's clock come to the limit while the other thread only looks.
      std::this_thread::sleep_until(limit);
    });
    const q::wait_result result = q::wait_until(event, limit);
    signaller.join();
    reach(early ? "early" : "late");
    assert(!early || result);
  });
}

TEST(EventScenario, ASignalPassesOverAWaiterThatTimesOut_A2_B5) {
  explore_both(3, 3, {"passed over the first", "taken by the first"}, [] {
    q::auto_reset_event event;
    bool taken_by_first = false;
    std::thread first([&] { taken_by_first = static_cast<bool>(q::wait_for(event, milliseconds(1))); });
    std::thread second([&] { static_cast<void>(q::wait(event)); });
    event.set();
    first.join();
    reach(taken_by_first ? "taken by the first" : "passed over the first");
    if (taken_by_first) event.set();
    second.join();
    assert(!q::try_wait(event));
  });
}

TEST(EventScenario, WhatPrecedesASetIsSeenAfterTheWait) {
  explore_both(unlimited, unlimited, {"done"}, [] {
    q::auto_reset_event event;
    int data = 0;
    std::thread signaller([&] {
      data = 1;
      event.set();
    });
    static_cast<void>(q::wait(event));
    assert(data == 1);
    reach("done");
    signaller.join();
  });
}

// That set() has returned is known by a flag that orders nothing; so only the event can order the data.
TEST(EventScenario, AMergedSetPublishesItsWritesToo) {
  explore_both(unlimited, unlimited, {"merged", "stored anew"}, [] {
    q::auto_reset_event event(true);
    int data = 0;
    std::atomic<bool> is_set{false};
    std::thread signaller([&] {
      data = 1;
      event.set();
      is_set.store(true, std::memory_order_relaxed);
    });
    const bool was_set = is_set.load(std::memory_order_relaxed);
    static_cast<void>(q::wait(event));
    if (was_set) assert(data == 1);
    signaller.join();
    reach(q::try_wait(event) ? "stored anew" : "merged");
  });
}

TEST(EventScenario, WhatPrecedesAThrownAwaySignalIsSeenAfterTheReset) {
  explore_both(unlimited, unlimited, {"thrown away", "came later"}, [] {
    q::manual_reset_event event;
    int data = 0;
    std::atomic<bool> is_set{false};
    std::thread signaller([&] {
      data = 1;
      event.set();
      is_set.store(true, std::memory_order_relaxed);
    });
    const bool was_set = is_set.load(std::memory_order_relaxed);
    event.reset();
    if (was_set) assert(data == 1);
    signaller.join();
    reach(q::try_wait(event) ? "came later" : "thrown away");
  });
}

TEST(EventScenario, MayBeDestroyedByTheWaiterWhileSetIsReturning_A2_A4) {
  explore_both(unlimited, unlimited, {"set had returned", "set was returning"}, [] {
    auto* const event = new q::auto_reset_event;
    std::atomic<bool> has_returned{false};
    std::thread signaller([&] {
      event->set();
      has_returned.store(true, std::memory_order_relaxed);
    });
    static_cast<void>(q::wait(*event));
    delete event;
    reach(has_returned.load(std::memory_order_relaxed) ? "set had returned" : "set was returning");
    signaller.join();
  });
}

TEST(EventScenario, AManualOneMayBeDestroyedByTheLastOfTwoWaitersWhileSetIsReturning_A2_A4) {
  explore_bounded(3, {"set had returned", "set was returning"}, [] {
    auto* const event = new q::manual_reset_event;
    std::atomic<bool> has_returned{false};
    std::atomic<int> waiting{2};
    const auto wait = [&] {
      static_cast<void>(q::wait(*event));
      if (waiting.fetch_sub(1) != 1) return;
      delete event;
      reach(has_returned.load(std::memory_order_relaxed) ? "set had returned" : "set was returning");
    };
    std::thread signaller([&] {
      event->set();
      has_returned.store(true, std::memory_order_relaxed);
    });
    std::thread other(wait);
    wait();
    other.join();
    signaller.join();
  });
}

TEST(EventScenario, EachOfTwoSignalsEndsOneOfTwoWaits_A2) {
  explore_bounded(3, {"both waited", "not both waited"}, [] {
    q::auto_reset_event event;
    q::auto_reset_event taken;
    const auto wait = [&] {
      static_cast<void>(q::wait(event));
      taken.set();
    };
    std::thread first(wait);
    std::thread second(wait);
    const bool both_wait = waiters_of::count(event) == 2;
    reach(both_wait ? "both waited" : "not both waited");
    event.set();
    if (!both_wait) static_cast<void>(q::wait(taken));  // else the two signals could merge
    event.set();
    first.join();
    second.join();
    assert(!q::try_wait(event));
  });
}

TEST(EventScenario, TwoSetsAtOnceEndTwoWaitsOrMerge_A2) {
  explore_both(3, 3, {"twice", "merged"}, [] {
    q::auto_reset_event event;
    std::thread first([&] { event.set(); });
    std::thread second([&] { event.set(); });
    static_cast<void>(q::wait(event));
    const bool again = static_cast<bool>(q::try_wait(event));
    first.join();
    second.join();
    const bool later = static_cast<bool>(q::try_wait(event));
    assert(!(again && later));
    reach(again || later ? "twice" : "merged");
  });
}

// An event that is signalled while nobody works is a lock.
TEST(EventScenario, ASignalThatIsPassedOnIsHeldByOneThreadAtATime_A2) {
  explore_both(3, 3, {"done"}, [] {
    q::auto_reset_event turn(true);
    int count = 0;
    const auto work = [&] {
      static_cast<void>(q::wait(turn));
      ++count;
      turn.set();
    };
    std::thread first(work);
    std::thread second(work);
    work();
    first.join();
    second.join();
    assert(count == 3);
    reach("done");
  });
}

TEST(EventScenario, AManualSetReleasesBothWaitersThoughOneOfThemResetsAtOnce_A2) {
  explore_both(3, 3, {"both waited"}, [] {
    q::manual_reset_event event;
    bool both_wait = false;
    std::thread first([&] {
      static_cast<void>(q::wait(event));
      if (both_wait) event.reset();
    });
    std::thread second([&] { static_cast<void>(q::wait(event)); });
    both_wait = waiters_of::count(event) == 2;
    if (both_wait) reach("both waited");
    event.set();
    first.join();
    second.join();
    assert(static_cast<bool>(q::try_wait(event)) == !both_wait);
  });
}

TEST(EventScenario, AManualSetReleasesBothWaitersThoughTheHandleIsClosedAtOnce_A2_A4) {
  explore_bounded(3, {"both waited"}, [] {
    q::manual_reset_event event;
    q::manual_reset_event mine = event.duplicate();
    q::manual_reset_event others = event.duplicate();
    std::thread first([&] {
      static_cast<void>(q::wait(mine));
      static_cast<void>(q::manual_reset_event(std::move(mine)));
    });
    std::thread second([&] { static_cast<void>(q::wait(others)); });
    if (waiters_of::count(event) == 2) reach("both waited");
    event.set();
    static_cast<void>(q::manual_reset_event(std::move(event)));
    first.join();
    second.join();
  });
}

TEST(EventScenario, AResetMeetsASetAndEitherIsTheLast) {
  explore_both(3, 3, {"signalled at the end", "unsignalled at the end", "released"}, [] {
    q::manual_reset_event event;
    std::thread signaller([&] { event.set(); });
    std::thread resetter([&] { event.reset(); });
    if (q::wait_for(event, milliseconds(1))) reach("released");
    signaller.join();
    resetter.join();
    reach(q::try_wait(event) ? "signalled at the end" : "unsignalled at the end");
  });
}

TEST(EventScenario, APulseReleasesBothThatWaitAndLeavesAManualEventUnsignalled_A3) {
  explore_bounded(3, {"both waited", "not both waited"}, [] {
    q::manual_reset_event event;
    const auto wait = [&] { static_cast<void>(q::wait(event)); };
    std::thread first(wait);
    std::thread second(wait);
    const bool both_wait = waiters_of::count(event) == 2;
    reach(both_wait ? "both waited" : "not both waited");
    event.pulse();
    assert(!q::try_wait(event));
    if (!both_wait) event.set();
    first.join();
    second.join();
  });
}

TEST(EventScenario, APulseReleasesOneThatWaitsAndLeavesAnAutomaticEventUnsignalled_A3) {
  explore_both(4, 4, {"released by the pulse", "came later"}, [] {
    q::auto_reset_event event;
    int data = 0;
    std::thread waiter([&] {
      static_cast<void>(q::wait(event));
      assert(data == 1);
    });
    data = 1;
    const bool waits = waiters_of::any(event);
    event.pulse();
    assert(!q::try_wait(event));
    reach(waits ? "released by the pulse" : "came later");
    if (!waits) event.set();
    waiter.join();
    // A waiter that queued after the look but before the pulse leaves the signal of the set.
    static_cast<void>(q::try_wait(event));
  });
}

}  // namespace
