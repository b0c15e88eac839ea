// Mutexes that registered waits take for their callbacks, under interleavings. What the mutexes guard is plain memory. With
// their pool these scenarios have three or four threads, too many steps to be explored to the end: they are bounded.
#include <cassert>
#include <memory>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
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

bool is_free(const q::mutex& mutex) { return waiters_of::raw_word(mutex) == 0; }

TEST(ConsumedMutexScenario, AnUnlockMeetsAnArmingAndTheCallbackOwnsIt_A6_C4) {
  explore_bounded(2, {"found", "waited for"}, [] {
    q::mutex mutex;
    q::thread_pool pool({.running = 1});
    int data = 0;
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      assert(scope.result().status == q::wait_status::signalled);
      assert(data == 1);
      data = 2;
      ++calls;
      mutex.unlock();
    });
    mutex.lock();
    std::thread arming([&] {
      if (is_free(mutex)) reach("found");
      wait.arm(mutex);
      if (waiters_of::any(mutex)) reach("waited for");
    });
    data = 1;
    mutex.unlock();
    arming.join();
    wait.wait_for_callbacks();
    assert(calls == 1 && is_free(mutex));
    wait.stop();
  });
}

TEST(ConsumedMutexScenario, TheEndOfAnOwnerMeetsAnArmingAndTheCallbackIsToldOfIt_A6_C4) {
  explore_bounded(2, {"found", "waited for"}, [] {
    q::mutex mutex;
    q::thread_pool pool({.running = 1});
    int data = 0;
    q::wait_status told{};
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      told = scope.result().status;
      assert(data == 1);
      mutex.unlock();
    });
    q::auto_reset_event locked;
    std::thread owner([&] {
      mutex.lock();
      data = 1;
      locked.set();
    });
    static_cast<void>(q::wait(locked));
    reach(waiters_of::raw_word(mutex) == q::object_word::abandoned ? "found" : "waited for");
    wait.arm(mutex);
    owner.join();
    wait.wait_for_callbacks();
    assert(told == q::wait_status::abandoned && is_free(mutex));
    wait.stop();
  });
}

TEST(ConsumedMutexScenario, AnUnlockMeetsAStopAndTheMutexIsFreeWhenThatReturns_A6_D1) {
  explore_bounded(2, {"called", "not called"}, [] {
    q::mutex mutex;
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&, use = calls.get()](q::callback_scope& scope) {
      ++*use;
      scope.set_on_return(mutex);
    });
    mutex.lock();
    wait.arm(mutex);
    std::thread stopper([&] {
      wait.stop();
      reach(*calls == 0 ? "not called" : "called");
      calls.reset();
    });
    mutex.unlock();
    stopper.join();
    assert(is_free(mutex));
  });
}

TEST(ConsumedMutexScenario, AnUnlockMeetsALimitAndOneOfThemMakesTheCallback_A6_B5) {
  explore_bounded(2, {"signalled", "timed out"}, [] {
    q::mutex mutex;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++calls;
      reach(scope.result() ? "signalled" : "timed out");
      if (scope.result()) mutex.unlock();
    });
    mutex.lock();
    wait.arm(mutex, milliseconds(1));
    mutex.unlock();
    q::mutex again;
    static_cast<void>(q::wait_until(again, milliseconds(2)));
    wait.wait_for_callbacks();
    assert(calls <= 1 && is_free(mutex));
    wait.stop();
  });
}

TEST(ConsumedMutexScenario, TakingBackMeetsABeginAndTheMutexIsFreeOrWasOwned_A6_D5) {
  explore_bounded(2, {"ran", "taken back"}, [] {
    q::mutex mutex;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++calls;
      scope.set_on_return(mutex);
    });
    wait.arm(mutex);
    wait.wait_for_callbacks(q::pending::cancel);
    assert(is_free(mutex));
    reach(calls == 1 ? "ran" : "taken back");
    wait.stop();
  });
}

TEST(ConsumedMutexScenario, TwoWaitsAndAThreadTakeItInTurn_A6) {
  explore_bounded(2, {"all"}, [] {
    q::mutex mutex;
    q::thread_pool pool({.running = 2});
    int guarded = 0;
    q::registered_wait first(pool, [&](q::callback_scope& scope) {
      ++guarded;
      scope.set_on_return(mutex);
    });
    q::registered_wait second(pool, [&](q::callback_scope&) {
      ++guarded;
      mutex.unlock();
    });
    first.arm(mutex);
    second.arm(mutex);
    mutex.lock();
    ++guarded;
    mutex.unlock();
    first.stop();
    second.stop();
    static_cast<void>(q::wait(mutex));
    reach(guarded == 3 ? "all" : "a stop came first");
    mutex.unlock();
  });
}

// The wait lets go of the mutex when it is disarmed: only the callback that is due keeps it.
TEST(ConsumedMutexScenario, TheLastHandleIsClosedWhileTheCallbackIsDueBeginsOrIsTakenBack_A6_A4) {
  explore_bounded(2, {"ran", "taken back"}, [] {
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
    {
      q::mutex mutex;
      wait.arm(mutex);
      static_cast<void>(wait.disarm());
    }
    wait.wait_for_callbacks(q::pending::cancel);
    reach(calls == 1 ? "ran" : "taken back");
    wait.stop();
  });
}

TEST(ConsumedMutexScenario, AStopMeetsOneWhoTakesBackAndReturnsWhenTheMutexIsFree_A6_D1_D5) {
  explore_bounded(2, {"ran", "taken back"}, [] {
    q::mutex mutex;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++calls;
      scope.set_on_return(mutex);
    });
    wait.arm(mutex);
    std::thread other([&] { wait.wait_for_callbacks(q::pending::cancel); });
    wait.stop();
    assert(is_free(mutex));
    other.join();
    reach(calls == 1 ? "ran" : "taken back");
  });
}

TEST(ConsumedMutexScenario, AWaitForCallbacksMeetsOneWhoTakesBackAndReturnsWhenTheMutexIsFree_A6_D5) {
  explore_bounded(2, {"ran", "taken back"}, [] {
    q::mutex mutex;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++calls;
      scope.set_on_return(mutex);
    });
    wait.arm(mutex);
    std::thread other([&] { wait.wait_for_callbacks(q::pending::cancel); });
    wait.wait_for_callbacks();
    assert(is_free(mutex));
    other.join();
    reach(calls == 1 ? "ran" : "taken back");
    wait.stop();
  });
}

TEST(ConsumedMutexScenario, WhoTakesBackMeetsAnArmingAndTheMutexIsFreeWhenHeReturns_A6_D5) {
  explore_bounded(2, {"ran", "taken back"}, [] {
    q::mutex mutex;
    q::auto_reset_event other;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++calls;
      scope.set_on_return(mutex);
    });
    wait.arm(mutex);
    std::thread arming([&] { wait.arm(other); });
    wait.wait_for_callbacks(q::pending::cancel);
    assert(q::try_wait(mutex));
    mutex.unlock();
    reach(calls == 1 ? "ran" : "taken back");
    arming.join();
    wait.stop();
  });
}

// The worker that waits in the stop is the only one that could run what is due.
TEST(ConsumedMutexScenario, AStopOnTheOnlyWorkerMeetsAnArmingAndGivesTheMutexBack_A6_D3) {
  explore_bounded(2, {"dropped"}, [] {
    q::mutex mutex;
    q::auto_reset_event other;
    q::thread_pool pool({.running = 1});
    q::registered_wait wait(pool, [&](q::callback_scope& scope) { scope.set_on_return(mutex); });
    q::stop_result result;
    pool.post([&] {
      wait.arm(mutex);
      result = wait.stop();
      assert(is_free(mutex));
    });
    wait.arm(other);
    static_cast<void>(pool.drain(q::never));
    assert(result.status == q::stop_status::stopped && result.dropped == 1);
    reach("dropped");
  });
}

TEST(ConsumedMutexScenario, AStopFromInsideGivesTheMutexToAThreadThatWaitsForIt_A6_D3) {
  explore_bounded(2, {"waited for"}, [] {
    q::mutex mutex;
    q::auto_reset_event event(true), consumed;
    q::thread_pool pool({.running = 1});
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      scope.arm(mutex);
      consumed.set();
      if (waiters_of::any(mutex)) reach("waited for");
      assert(wait.stop().dropped == 1);
    });
    wait.arm(event);
    static_cast<void>(q::wait(consumed));
    mutex.lock();
    mutex.unlock();
    static_cast<void>(q::wait(wait.stopped()));
  });
}

TEST(ConsumedMutexScenario, AnArmingMeetsOneWhoTakesBackAndTheNextCallbackHasIt_A6_D5) {
  explore_bounded(2, {"once", "twice"}, [] {
    q::mutex mutex;
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      assert(scope.result().status == q::wait_status::signalled);
      ++calls;
      mutex.unlock();
    });
    wait.arm(mutex);
    std::thread other([&] { wait.arm(mutex); });
    wait.wait_for_callbacks(q::pending::cancel);
    other.join();
    wait.wait_for_callbacks();
    static_cast<void>(q::wait(mutex));
    wait.stop();
    mutex.unlock();
    assert(calls <= 2 && is_free(mutex));
    reach(calls == 2 ? "twice" : calls == 1 ? "once" : "never");
  });
}

}  // namespace
