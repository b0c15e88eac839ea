// Waits under the interleavings of two threads, all of them, or of three, bounded: what a wait for several objects takes,
// what closing a handle does to it, and how the thread that waits is told.
#include <atomic>
#include <cassert>
#include <memory>
#include <source_location>
#include <span>
#include <stop_token>
#include <thread>
#include <utility>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "support/waiters_of.hpp"
#include "wait/parker.hpp"
#include "wait/thread_wait.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_both;
using scenario::explore_bounded;
using scenario::unlimited;
using std::chrono::milliseconds;
using support::waiters_of;

TEST(WaitScenario, OfTwoSignalsForOneWaitOneIsTakenAndTheOtherStays_B2_B5) {
  explore_both(3, 3, {"the first", "the second"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b;
    std::thread first([&] { a.set(); });
    std::thread second([&] { b.set(); });
    const q::wait_result result = q::wait_any({a, b});
    reach(result.index == 0 ? "the first" : "the second");
    first.join();
    second.join();
    assert(static_cast<bool>(q::try_wait(a)) == (result.index == 1));
    assert(static_cast<bool>(q::try_wait(b)) == (result.index == 0));
  });
}

TEST(WaitScenario, OfTwoSignalsOfOneThreadOneIsTakenAndTheOtherStays_B2_B5) {
  explore_both(unlimited, unlimited, {"the first", "the second"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b;
    std::thread signaller([&] {
      b.set();
      a.set();
    });
    const q::wait_result result = q::wait_any({a, b});
    reach(result.index == 0 ? "the first" : "the second");
    signaller.join();
    assert(static_cast<bool>(q::try_wait(a)) == (result.index == 1));
    assert(static_cast<bool>(q::try_wait(b)) == (result.index == 0));
  });
}

TEST(WaitScenario, ASignalForOneOfSeveralMeetsATimeOut_B2_B5) {
  explore_both(unlimited, unlimited, {"signalled", "timed out"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b;
    std::thread signaller([&] { b.set(); });
    const q::wait_result result = q::wait_any_for({a, b}, milliseconds(1));
    reach(result ? "signalled" : "timed out");
    signaller.join();
    assert(static_cast<bool>(q::try_wait(b)) == !result);
    assert(!q::try_wait(a));
  });
}

TEST(WaitScenario, AnObjectThatStandsTwiceInAWaitGivesOneSignal_B2) {
  explore_both(unlimited, unlimited, {"taken"}, [] {
    q::auto_reset_event event;
    std::thread signaller([&] { event.set(); });
    const q::wait_result result = q::wait_any({event, event});
    assert(result && result.index < 2);
    reach("taken");
    signaller.join();
    assert(!q::try_wait(event));
  });
}

TEST(WaitScenario, AManualSetEndsAWaitThatItStandsInTwiceOnce_B2) {
  explore_both(unlimited, unlimited, {"taken"}, [] {
    auto* const event = new q::manual_reset_event;
    std::thread signaller([&] { event->set(); });
    const q::wait_result result = q::wait_any({*event, *event});
    assert(result && result.index < 2);
    delete event;
    reach("taken");
    signaller.join();
  });
}

TEST(WaitScenario, TwoThreadsThatWaitForTheSameObjectsInOppositeOrderGetOneEach_A5_B2) {
  explore_bounded(3, {"both the first", "both the second"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b;
    std::size_t other_index = 0;
    std::thread other([&] { other_index = q::wait_any({b, a}).index; });
    std::thread signaller([&] {
      a.set();
      b.set();
    });
    const std::size_t index = q::wait_any({a, b}).index;
    other.join();
    signaller.join();
    assert(!q::try_wait(a) && !q::try_wait(b));
    assert(index == other_index);
    reach(index == 0 ? "both the first" : "both the second");
  });
}

TEST(WaitScenario, TheLastHandleMayBeClosedWhileItIsWaitedFor_A4) {
  explore_both(unlimited, unlimited, {"closed while it waited", "closed by the waiter"}, [] {
    auto shared = std::make_unique<q::auto_reset_event>();
    q::auto_reset_event signalled = shared->duplicate();
    bool closed = false;
    std::thread owner([&, signalled = std::move(signalled)]() mutable {
      if (waiters_of::any(signalled)) {
        shared.reset();
        closed = true;
      }
      signalled.set();
    });
    static_cast<void>(q::wait(*shared));
    reach(closed ? "closed while it waited" : "closed by the waiter");
    if (!closed) shared.reset();
    owner.join();
  });
}

// The handle is closed, by a time-out that comes, while the signal is on its way.
TEST(WaitScenario, AHandleThatIsClosedAfterATimeOutIsLeftByTheWait_A4_B5) {
  explore_both(unlimited, unlimited, {"signalled", "timed out"}, [] {
    q::auto_reset_event event;
    std::thread signaller([other = event.duplicate()]() mutable { other.set(); });
    {
      const q::auto_reset_event mine = std::move(event);
      reach(q::wait_for(mine, milliseconds(1)) ? "signalled" : "timed out");
    }
    signaller.join();
  });
}

// On the heap, where a late touch is noticed; wait() has it on the stack of the thread.
TEST(WaitScenario, TheBlockMayBeFreedWhenTheWaitHasReturnedThoughASignalMeetsATimeOut_B5) {
  explore_both(unlimited, unlimited, {"signalled", "timed out"}, [] {
    q::auto_reset_event event;
    std::thread signaller([&] { event.set(); });
    {
      const q::handle_ref objects[] = {event};
      const auto place = std::make_unique<q::waiter>();
      const std::source_location here = std::source_location::current();
      const auto block = std::make_unique<q::thread_wait>(objects, std::span(place.get(), 1), here);
      reach(block->block_until(milliseconds(1), {}) ? "signalled" : "timed out");
    }
    signaller.join();
  });
}

TEST(WaitScenario, TheBlockMayBeFreedWhenTheWaitHasReturnedThoughASignalMeetsAStop_B5) {
  explore_both(3, 3, {"signalled", "stopped"}, [] {
    q::auto_reset_event event;
    std::stop_source source;
    std::thread signaller([&] { event.set(); });
    std::thread stopper([&] { source.request_stop(); });
    {
      const q::handle_ref objects[] = {event};
      const auto place = std::make_unique<q::waiter>();
      const std::source_location here = std::source_location::current();
      const auto block = std::make_unique<q::thread_wait>(objects, std::span(place.get(), 1), here);
      reach(block->block_until(q::never, source.get_token()) ? "signalled" : "stopped");
    }
    signaller.join();
    stopper.join();
  });
}

TEST(ParkerScenario, MayBeDestroyedAsSoonAsItIsTold) {
  explore_both(unlimited, unlimited, {"told"}, [] {
    auto* const parker = new q::parker;
    int data = 0;
    std::thread teller([&] {
      data = 1;
      parker->unpark();
    });
    parker->park();
    assert(data == 1);
    delete parker;
    reach("told");
    teller.join();
  });
}

TEST(ParkerScenario, OneWhoseLimitCameFirstIsStillTold) {
  explore_both(unlimited, unlimited, {"in time", "too late"}, [] {
    auto* const parker = new q::parker;
    std::thread teller([&] { parker->unpark(); });
    if (parker->park_until(q::deadline(milliseconds(1)))) {
      reach("in time");
    } else {
      reach("too late");
      parker->park();
    }
    delete parker;
    teller.join();
  });
}

TEST(ParkerScenario, CanBeToldAgainWhenItHasBegunAnew) {
  explore_both(unlimited, unlimited, {"told twice"}, [] {
    q::parker parker;
    q::parker answer;
    std::thread teller([&] {
      parker.unpark();
      answer.park();
      parker.unpark();
    });
    parker.park();
    parker.begin_anew();
    answer.unpark();
    parker.park();
    reach("told twice");
    teller.join();
  });
}

}  // namespace
