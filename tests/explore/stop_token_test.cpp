// Waits that a stop request ends, under the interleavings of two threads, all of them, or of three, bounded.
#include <cassert>
#include <stop_token>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_both;
using scenario::unlimited;
using std::chrono::milliseconds;

TEST(StopTokenScenario, AStopRequestEndsAWaitThatNobodySignals_B1) {
  explore_both(unlimited, unlimited, {"stopped"}, [] {
    q::auto_reset_event event;
    std::stop_source source;
    int data = 0;
    std::thread stopper([&] {
      data = 1;
      source.request_stop();
    });
    const q::wait_result result = q::wait(event, source.get_token());
    assert(result.status == q::wait_status::stopped && data == 1);
    reach("stopped");
    stopper.join();
  });
}

TEST(StopTokenScenario, AStopRequestMeetsASignalAndOneOfThemEndsTheWait_B1_B5) {
  explore_both(3, 3, {"stopped", "signalled"}, [] {
    q::auto_reset_event event;
    std::stop_source source;
    std::thread stopper([&] { source.request_stop(); });
    std::thread signaller([&] { event.set(); });
    const q::wait_result result = q::wait(event, source.get_token());
    reach(result ? "signalled" : "stopped");
    assert(result || result.status == q::wait_status::stopped);
    stopper.join();
    signaller.join();
    assert(static_cast<bool>(q::try_wait(event)) == !result);
  });
}

TEST(StopTokenScenario, ASignalThatComesBeforeTheStopWins_B5) {
  explore_both(unlimited, 4, {"signalled"}, [] {
    q::auto_reset_event event;
    std::stop_source source;
    std::thread other([&] {
      event.set();
      source.request_stop();
    });
    const q::wait_result result = q::wait(event, source.get_token());
    assert(result);
    reach("signalled");
    other.join();
    assert(!q::try_wait(event));
  });
}

TEST(StopTokenScenario, ASignalThatComesAfterTheStopIsTakenOrStays_B5) {
  explore_both(unlimited, 4, {"stopped", "signalled"}, [] {
    q::auto_reset_event event;
    std::stop_source source;
    std::thread other([&] {
      source.request_stop();
      event.set();
    });
    const q::wait_result result = q::wait(event, source.get_token());
    reach(result ? "signalled" : "stopped");
    other.join();
    assert(static_cast<bool>(q::try_wait(event)) == !result);
  });
}

TEST(StopTokenScenario, AStopRequestMeetsATimeOut_B1_B5) {
  explore_both(unlimited, unlimited, {"stopped", "timed out"}, [] {
    q::auto_reset_event event;
    std::stop_source source;
    std::thread stopper([&] { source.request_stop(); });
    const q::wait_result result = q::wait_for(event, milliseconds(1), source.get_token());
    assert(!result);
    reach(result.status == q::wait_status::stopped ? "stopped" : "timed out");
    stopper.join();
    event.set();
    assert(q::try_wait(event));
  });
}

TEST(StopTokenScenario, TheEventMayBeDestroyedAfterAWaitThatWasStopped_A4) {
  explore_both(unlimited, unlimited, {"stopped"}, [] {
    std::stop_source source;
    std::thread stopper([&] { source.request_stop(); });
    {
      const q::auto_reset_event event;
      if (q::wait(event, source.get_token()).status == q::wait_status::stopped) reach("stopped");
    }
    stopper.join();
  });
}

}  // namespace
