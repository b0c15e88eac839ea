// Registered waits under interleavings: each arming makes one callback or none, and takes one signal or none. With their
// pool these scenarios have three or four threads, too many steps to be explored to the end: they are bounded.
#include <cassert>
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

TEST(RegisteredWaitScenario, ASignalMakesOneCallbackThatSeesWhatPrecededIt_C4) {
  explore_both(3, 2, {"called"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int data = 0;
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      assert(scope.result() && data == 1);
      ++calls;
    });
    wait.arm(event);
    data = 1;
    event.set();
    wait.stop();
    assert(calls == 1 && !q::try_wait(event));
    reach("called");
  });
}

TEST(RegisteredWaitScenario, ASignalMeetsADisarmAndIsTakenOrStays_C4_C5_C6) {
  explore_both(3, 2, {"taken", "stayed"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    const bool disarmed = wait.disarm();
    signaller.join();
    wait.stop();
    assert(calls == (disarmed ? 0 : 1));
    assert(static_cast<bool>(q::try_wait(event)) == disarmed);
    reach(disarmed ? "stayed" : "taken");
  });
}

TEST(RegisteredWaitScenario, ASignalMeetsALimitAndOneOfThemMakesTheCallback_C4_B5) {
  explore_bounded(2, {"signalled", "timed out"}, [] {
    q::auto_reset_event event;
    q::auto_reset_event called;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    bool by_signal = false;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++calls;
      by_signal = static_cast<bool>(scope.result());
      called.set();
    });
    wait.arm(event, milliseconds(1));
    std::thread signaller([&] { event.set(); });
    static_cast<void>(q::wait(called));
    signaller.join();
    wait.stop();
    assert(calls == 1);
    assert(static_cast<bool>(q::try_wait(event)) == !by_signal);
    reach(by_signal ? "signalled" : "timed out");
  });
}

TEST(RegisteredWaitScenario, ACallbackArmsItsWaitAgainAndEachSignalMakesACallback_C4_C6) {
  explore_bounded(2, {"called twice"}, [] {
    q::auto_reset_event event;
    q::auto_reset_event called;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++calls;
      scope.arm(event);
      called.set();
    });
    wait.arm(event);
    event.set();
    static_cast<void>(q::wait(called));
    event.set();
    static_cast<void>(q::wait(called));
    wait.stop();
    assert(calls == 2);
    reach("called twice");
  });
}

TEST(RegisteredWaitScenario, ARepeatingWaitTakesASignalThatComesWhileItsCallbackRuns_C4_C6) {
  explore_bounded(2, {"called twice", "merged"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait = pool.register_wait(event, [&](q::callback_scope&) { ++calls; });
    event.set();
    event.set();
    wait.stop();
    const bool stayed = static_cast<bool>(q::try_wait(event));
    assert(calls + (stayed ? 1 : 0) <= 2 && calls >= 1);
    reach(calls == 2 ? "called twice" : "merged");
  });
}

TEST(RegisteredWaitScenario, OfTwoArmingsAtOnceTheLastReplacesTheOther_C5) {
  explore_bounded(2, {"the first replaced", "the second replaced"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
    q::arm_status other_status{};
    std::thread other([&] { other_status = wait.arm(b); });
    const q::arm_status status = wait.arm(a);
    other.join();
    assert((status == q::arm_status::replaced) != (other_status == q::arm_status::replaced));
    a.set();
    b.set();
    wait.stop();
    assert(calls == 1);
    assert(static_cast<bool>(q::try_wait(b)) == (status == q::arm_status::replaced));
    assert(static_cast<bool>(q::try_wait(a)) == (status != q::arm_status::replaced));
    reach(status == q::arm_status::replaced ? "the second replaced" : "the first replaced");
  });
}

TEST(RegisteredWaitScenario, CallbacksOfOneWaitDoNotOverlapThoughThereAreTwoWorkers_C6) {
  explore_bounded(2, {"called twice"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 2});
    int calls = 0;
    q::registered_wait wait = pool.register_wait(event, [&](q::callback_scope&) { ++calls; });
    event.set();
    event.set();
    wait.stop();
    if (calls == 2) reach("called twice");
  });
}

TEST(RegisteredWaitScenario, TheLastHandleOfItsEventMayBeClosedWhileItIsArmed_A4) {
  explore_bounded(3, {"called"}, [] {
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
    {
      q::auto_reset_event event;
      wait.arm(event);
      std::thread signaller([other = event.duplicate()]() mutable { other.set(); });
      static_cast<void>(q::auto_reset_event(std::move(event)));
      signaller.join();
    }
    wait.stop();
    assert(calls == 1);
    reach("called");
  });
}

TEST(RegisteredWaitScenario, ALimitThatWasReplacedDoesNotFire_C5) {
  explore_bounded(3, {"replaced", "too late"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    bool has_replaced = false;
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
    wait.arm(event, milliseconds(1));
    has_replaced = wait.arm(event) == q::arm_status::replaced;
    wait.stop();
    assert(calls == (has_replaced ? 0 : 1));
    reach(has_replaced ? "replaced" : "too late");
  });
}

TEST(RegisteredWaitScenario, ADisarmEndsARepetitionAndWhatWasDueStillRuns_C5_D5) {
  explore_bounded(3, {"taken", "stayed"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait = pool.register_wait(event, [&](q::callback_scope&) { ++calls; });
    std::thread signaller([&] { event.set(); });
    static_cast<void>(wait.disarm());
    signaller.join();
    const bool stayed = static_cast<bool>(q::try_wait(event));
    event.set();
    wait.stop();
    assert(calls == (stayed ? 0 : 1));
    assert(q::try_wait(event));
    reach(stayed ? "stayed" : "taken");
  });
}

}  // namespace
