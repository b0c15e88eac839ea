// A signal and the begin of a wait in one step, under the interleavings of two threads, bounded.
#include <cassert>
#include <memory>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_bounded;
using std::chrono::milliseconds;
using support::waiters_of;

// A pulse reaches only those who are queued at that moment.
TEST(SignalAndWaitScenario, WhoeverIsReleasedFindsTheWaiterQueued_B4) {
  explore_bounded(4, {"waited", "came later"}, [] {
    q::auto_reset_event request;
    q::manual_reset_event answer;
    std::thread server([&] {
      const bool queued_first = !q::try_wait(request);
      if (queued_first) static_cast<void>(q::wait(request));
      reach(queued_first ? "waited" : "came later");
      assert(waiters_of::any(answer));
      answer.pulse();
    });
    const q::wait_result result = q::signal_and_wait(request, answer);
    assert(result);
    server.join();
  });
}

// Who ends the wait finds the signal given.
TEST(SignalAndWaitScenario, NobodySeesTheWaitWithoutTheSignal_B4) {
  explore_bounded(4, {"pulsed before", "ended the wait"}, [] {
    q::manual_reset_event signalled;
    q::manual_reset_event waited_for;
    bool found_signal = false;
    std::thread other([&] {
      waited_for.pulse();
      found_signal = static_cast<bool>(q::try_wait(signalled));
    });
    const q::wait_result result = q::signal_and_wait_for(signalled, waited_for, milliseconds(1));
    other.join();
    reach(result ? "ended the wait" : "pulsed before");
    if (result) assert(found_signal);
  });
}

// A callback is committed by the signal alone, and whoever learns that may close the last handle.
TEST(SignalAndWaitScenario, WhoSeesThatTheSignalHasFiredFindsTheWaiterQueued_A4_B4) {
  explore_bounded(2, {"fired", "taken back"}, [] {
    q::thread_pool pool({.running = 1});
    auto signalled = std::make_unique<q::auto_reset_event>();
    const q::handle_ref to_signal(*signalled);
    q::auto_reset_event waited_for;
    q::registered_wait wait{pool, [](q::callback_scope&) {}};
    wait.arm(to_signal);
    std::thread other([&] {
      if (wait.disarm()) {
        reach("taken back");
      } else {
        assert(waiters_of::any(waited_for));
        signalled.reset();
        reach("fired");
      }
      waited_for.set();
    });
    static_cast<void>(q::signal_and_wait(to_signal, waited_for));
    other.join();
  });
}

TEST(SignalAndWaitScenario, AMutexIsGivenUpAndTheWaitBegunLikeAMonitorsWait_B4) {
  explore_bounded(4, {"notified"}, [] {
    q::mutex mutex;
    q::auto_reset_event changed;
    bool ready = false;
    mutex.lock();
    std::thread other([&] {
      mutex.lock();
      ready = true;
      changed.pulse();
      mutex.unlock();
    });
    while (!ready) {
      static_cast<void>(q::signal_and_wait(mutex, changed));
      mutex.lock();
    }
    mutex.unlock();
    reach("notified");
    other.join();
  });
}

TEST(SignalAndWaitScenario, TheSignalStaysWhenTheWaitTimesOut_B4_B5) {
  explore_bounded(4, {"answered", "timed out"}, [] {
    q::auto_reset_event request;
    q::auto_reset_event answer;
    std::thread server([&] {
      static_cast<void>(q::wait(request));
      answer.set();
    });
    const q::wait_result result = q::signal_and_wait_for(request, answer, milliseconds(1));
    server.join();
    reach(result ? "answered" : "timed out");
    assert(static_cast<bool>(q::try_wait(answer)) == !result);
  });
}

}  // namespace
