// Callbacks on the thread that signals, under interleavings. Bounded, since with their pool they have three or four
// threads.
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/semaphore.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_bounded;

const q::wait_options inline_options{.where = q::run_on::signalling_thread};

TEST(InlineCallbackScenario, OfTwoThreadsThatSignalARepeatingWaitEachCallbackIsOneOfTheirs_A7_C6) {
  explore_bounded(2, {"each its own", "one both"}, [] {
    q::semaphore semaphore(0);
    q::thread_pool pool({.running = 1});
    int calls = 0;  // plain: callbacks of one wait do not overlap, and each sees the one before
    int by_main = 0;
    const std::thread::id main = std::this_thread::get_id();
    auto wait = pool.register_wait(
        semaphore,
        [&](q::callback_scope&) {
          ++calls;
          if (std::this_thread::get_id() == main) ++by_main;
        },
        q::repeat::until_stopped, q::time_limit::none(), inline_options);
    std::thread signaller([&] { semaphore.release(); });
    semaphore.release();
    signaller.join();
    wait.stop();
    assert(calls == 2);
    reach(by_main == 1 ? "each its own" : "one both");
  });
}

TEST(InlineCallbackScenario, ASignalMeetsAStopAndItsCallbackHasRunOrTheSignalStays_A7_D1_D3) {
  explore_bounded(3, {"ran", "stayed"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(
        pool, [&](q::callback_scope&) { ++*calls; }, inline_options);
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    assert(wait.stop().status == q::stop_status::stopped);
    const bool ran = *calls == 1;
    calls.reset();
    signaller.join();
    assert(static_cast<bool>(q::try_wait(event)) == !ran);
    reach(ran ? "ran" : "stayed");
  });
}

TEST(InlineCallbackScenario, ASignalMeetsADisarmAndIsTakenOrStays_A7_C4) {
  explore_bounded(3, {"taken", "stayed"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(
        pool, [&](q::callback_scope&) { ++calls; }, inline_options);
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    const bool disarmed = wait.disarm();
    signaller.join();
    assert(calls == (disarmed ? 0 : 1));
    assert(static_cast<bool>(q::try_wait(event)) == disarmed);
    reach(disarmed ? "stayed" : "taken");
  });
}

TEST(InlineCallbackScenario, ASignalMeetsAnArmingAndTheThreadThatComesLastRunsTheCallback_A7_C4) {
  explore_bounded(3, {"signaller", "armer"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    std::thread::id ran_on;
    q::registered_wait wait(
        pool,
        [&](q::callback_scope&) {
          ++calls;
          ran_on = std::this_thread::get_id();
        },
        inline_options);
    std::thread signaller([&] { event.set(); });
    wait.arm(event);
    signaller.join();
    assert(calls == 1);
    reach(ran_on == std::this_thread::get_id() ? "armer" : "signaller");
  });
}

TEST(InlineCallbackScenario, CallbacksThatSignalEachOtherRunOneAfterTheOtherWhileAStopMeetsThem_A7_D1) {
  explore_bounded(3, {"second ran", "second did not"}, [] {
    q::auto_reset_event event, other;
    q::thread_pool pool({.running = 1});
    bool inside = false;
    auto calls = std::make_unique<int>(0);
    q::registered_wait second(
        pool,
        [&](q::callback_scope&) {
          assert(!inside);
          ++*calls;
        },
        inline_options);
    q::registered_wait first(
        pool,
        [&](q::callback_scope&) {
          inside = true;
          other.set();
          inside = false;
        },
        inline_options);
    first.arm(event);
    second.arm(other);
    std::thread signaller([&] { event.set(); });
    second.stop();
    const bool ran = *calls == 1;
    calls.reset();
    signaller.join();
    first.stop();
    reach(ran ? "second ran" : "second did not");
  });
}

TEST(InlineCallbackScenario, AStopOfWhatIsQueuedBehindOnTheSameThreadIsServedByAWorker_A7_D3) {
  explore_bounded(3, {"ran on a worker"}, [] {
    q::auto_reset_event event, other;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    std::thread::id ran_on;
    q::registered_wait second(
        pool,
        [&](q::callback_scope&) {
          ++calls;
          ran_on = std::this_thread::get_id();
        },
        inline_options);
    q::registered_wait first(
        pool,
        [&](q::callback_scope&) {
          other.set();
          assert(second.stop().status == q::stop_status::stopped);
          assert(calls == 1);
        },
        inline_options);
    first.arm(event);
    second.arm(other);
    event.set();
    assert(ran_on != std::this_thread::get_id());
    reach("ran on a worker");
  });
}

TEST(InlineCallbackScenario, ABlockingWaitInACallbackIsEndedByTheOneThatIsQueuedBehindIt_A7) {
  explore_bounded(3, {"ended"}, [] {
    q::auto_reset_event event, other, done;
    q::thread_pool pool({.running = 1});
    q::registered_wait second(
        pool, [&](q::callback_scope&) { done.set(); }, inline_options);
    q::registered_wait first(
        pool,
        [&](q::callback_scope&) {
          other.set();
          assert(q::wait(done));
        },
        inline_options);
    first.arm(event);
    second.arm(other);
    event.set();
    reach("ended");
  });
}

TEST(InlineCallbackScenario, ThePoolIsStoppedAndDestroyedWhileAnotherThreadSignals_A7_D1) {
  explore_bounded(2, {"ran", "did not"}, [] {
    q::auto_reset_event event;
    auto calls = std::make_unique<int>(0);
    auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
    q::registered_wait wait(
        *pool, [&](q::callback_scope&) { ++*calls; }, inline_options);
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    pool->stop();
    assert(pool->counts().running == 0);
    pool.reset();
    reach(*calls == 1 ? "ran" : "did not");
    calls.reset();
    signaller.join();
  });
}

}  // namespace
