// Waits for all of several under the interleavings of two threads, all of them, or of three, bounded: they take all or
// nothing, miss no instant at which all are there, and hold nobody up.
#include <atomic>
#include <cassert>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/semaphore.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_both;
using scenario::explore_bounded;
using scenario::unlimited;
using std::chrono::milliseconds;
using support::waiters_of;

TEST(WaitAllScenario, IsCompletedByTheLastSignalOfOneThread_B3) {
  explore_both(unlimited, 4, {"queued", "all there"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b;
    std::atomic<bool> queued{false};
    std::thread signaller([&] {
      a.set();
      queued.store(waiters_of::any(b), std::memory_order_relaxed);
      b.set();
    });
    const q::wait_result result = q::wait_all({a, b});
    assert(result.status == q::wait_status::signalled && result.index == q::wait_result::none);
    reach(queued.load(std::memory_order_relaxed) ? "queued" : "all there");
    signaller.join();
    assert(waiters_of::raw_word(a) == 0 && waiters_of::raw_word(b) == 0);
  });
}

TEST(WaitAllScenario, IsCompletedByTheLaterOfTwoThreads_B3) {
  explore_both(3, 3, {"done"}, [] {
    q::auto_reset_event a;
    q::semaphore b(0);
    std::thread first([&] { a.set(); });
    std::thread second([&] { b.release(); });
    static_cast<void>(q::wait_all({a, b}));
    reach("done");
    first.join();
    second.join();
    assert(waiters_of::raw_word(a) == 0 && waiters_of::raw_word(b) == 0);
  });
}

TEST(WaitAllScenario, TakesAllOrNothingWhenItTimesOut_B3_B5) {
  explore_both(unlimited, 4, {"taken", "timed out with one", "timed out with none"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b(true);
    std::atomic<bool> is_set{false};
    std::thread signaller([&] {
      a.set();
      is_set.store(true, std::memory_order_relaxed);
    });
    const q::wait_result result = q::wait_all_for({a, b}, milliseconds(1));
    if (result) {
      reach("taken");
    } else {
      reach(is_set.load(std::memory_order_relaxed) ? "timed out with one" : "timed out with none");
    }
    signaller.join();
    assert(static_cast<bool>(q::try_wait(a)) == !result);
    assert(static_cast<bool>(q::try_wait(b)) == !result);
    assert(waiters_of::raw_word(a) == 0 && waiters_of::raw_word(b) == 0);
  });
}

// Also if the last signal comes between the first look and the look at the clock.
TEST(WaitAllScenario, SignalsThatComeBeforeTheLimitWin_B3_B5) {
  explore_both(unlimited, 4, {"early", "late"}, [] {
    const auto limit = std::chrono::steady_clock::now() + milliseconds(1);
    q::auto_reset_event a;
    q::auto_reset_event b(true);
    bool early = false;
    std::thread signaller([&] {
      a.set();
      early = std::chrono::steady_clock::now() < limit;
      // Nobody sleeps here: it lets the explorer's clock come to the limit while the other thread only looks.
      std::this_thread::sleep_until(limit);
    });
    const q::wait_result result = q::wait_all_until({a, b}, limit);
    signaller.join();
    reach(early ? "early" : "late");
    assert(!early || result);
  });
}

TEST(WaitAllScenario, NobodySeesItHalfTakenWhenASignalCompletesIt_B3) {
  explore_both(4, 3, {"all", "nothing"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b(true);
    bool found_a = false;
    bool found_b = false;
    std::thread other([&] {
      a.set();
      found_a = static_cast<bool>(q::try_wait(a));
      found_b = static_cast<bool>(q::try_wait(b));
    });
    const q::wait_result result = q::wait_all_for({a, b}, milliseconds(1));
    reach(result ? "all" : "nothing");
    other.join();
    assert(found_a == !result && found_b == !result);
  });
}

TEST(WaitAllScenario, DoesNotHoldUpAWaitForOneOfItsObjects_B3) {
  explore_bounded(3, {"the wait for one", "the wait for all"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b;
    bool one = false;
    bool all = false;
    std::thread waits_for_one([&] { one = static_cast<bool>(q::wait_for(a, milliseconds(1))); });
    std::thread waits_for_all([&] { all = static_cast<bool>(q::wait_all_for({a, b}, milliseconds(1))); });
    a.set();
    b.set();
    waits_for_one.join();
    waits_for_all.join();
    assert(!(one && all));
    assert(static_cast<bool>(q::try_wait(a)) == (!one && !all));
    assert(static_cast<bool>(q::try_wait(b)) == !all);
    if (one) reach("the wait for one");
    if (all) reach("the wait for all");
  });
}

TEST(WaitAllScenario, OfTwoInOppositeOrderOneGetsAll_B3) {
  explore_bounded(2, {"the first", "the second"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b(true);
    bool other = false;
    std::thread waits([&] { other = static_cast<bool>(q::wait_all_for({b, a}, milliseconds(1))); });
    std::thread signaller([&] { a.set(); });
    const bool mine = static_cast<bool>(q::wait_all_for({a, b}, milliseconds(1)));
    waits.join();
    signaller.join();
    assert(!(mine && other));
    assert(static_cast<bool>(q::try_wait(a)) == (!mine && !other));
    assert(static_cast<bool>(q::try_wait(b)) == (!mine && !other));
    if (mine) reach("the first");
    if (other) reach("the second");
  });
}

TEST(WaitAllScenario, APulseCompletesItOrPassesItBy_A3_B3) {
  explore_both(unlimited, 4, {"completed", "passed by"}, [] {
    q::manual_reset_event a;
    q::auto_reset_event b(true);
    std::thread signaller([&] { a.pulse(); });
    const q::wait_result result = q::wait_all_for({a, b}, milliseconds(1));
    reach(result ? "completed" : "passed by");
    signaller.join();
    assert(!q::try_wait(a));
    assert(static_cast<bool>(q::try_wait(b)) == !result);
  });
}

TEST(WaitAllScenario, AResetMeetsItAndNothingIsHalfTaken_B3) {
  explore_both(4, 4, {"completed", "reset before"}, [] {
    q::manual_reset_event a(true);
    q::auto_reset_event b;
    std::thread other([&] {
      b.set();
      a.reset();
    });
    const q::wait_result result = q::wait_all_for({a, b}, milliseconds(1));
    reach(result ? "completed" : "reset before");
    other.join();
    assert(static_cast<bool>(q::try_wait(b)) == !result);
    assert(!q::try_wait(a));
  });
}

TEST(WaitAllScenario, ItsObjectsMayBeDestroyedWhileTheLastSignalIsReturning_A4_B3) {
  explore_both(unlimited, unlimited, {"had returned", "was returning"}, [] {
    auto* const a = new q::auto_reset_event(true);
    auto* const b = new q::auto_reset_event;
    std::atomic<bool> has_returned{false};
    std::thread signaller([&] {
      b->set();
      has_returned.store(true, std::memory_order_relaxed);
    });
    static_cast<void>(q::wait_all({*a, *b}));
    delete a;
    delete b;
    reach(has_returned.load(std::memory_order_relaxed) ? "had returned" : "was returning");
    signaller.join();
  });
}

TEST(WaitAllScenario, ASignalMeetsAStop_B1_B3_B5) {
  explore_both(3, 3, {"signalled", "stopped"}, [] {
    q::auto_reset_event a(true);
    q::auto_reset_event b;
    std::stop_source source;
    std::thread signaller([&] { b.set(); });
    std::thread stopper([&] { source.request_stop(); });
    const q::wait_result result = q::wait_all({a, b}, source.get_token());
    reach(result ? "signalled" : "stopped");
    signaller.join();
    stopper.join();
    assert(static_cast<bool>(q::try_wait(a)) == !result);
    assert(static_cast<bool>(q::try_wait(b)) == !result);
  });
}

}  // namespace
