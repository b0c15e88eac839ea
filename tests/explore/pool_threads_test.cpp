// The threads of a pool under interleavings: levels, the persistent thread, and threads that stand in for blocked ones.
// As in pool_stop_test.cpp these have too many steps to be explored to the end: they are bounded.
#include <atomic>
#include <cassert>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "pool/pool_settings.hpp"
#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "support/limited_pool.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_bounded;

constexpr auto persistent = q::run_on::persistent_thread;

TEST(PoolThreadsScenario, WhatIsHighBeginsBeforeWhatIsLowUnlessThatHasBegun_C9) {
  explore_bounded(3, {"high first", "low first"}, [] {
    std::string ran;
    {
      q::thread_pool pool({.running = 1});
      pool.post([&] { ran += 'l'; }, q::run_on::worker, q::priority::low);
      pool.post([&] { ran += 'h'; }, q::run_on::worker, q::priority::high);
    }
    assert(ran.size() == 2);
    reach(ran == "hl" ? "high first" : "low first");
  });
}

TEST(PoolThreadsScenario, ThePersistentThreadKeepsTheOrderAndIsStoppedWithItsPool_C2_D1) {
  explore_bounded(3, {"ran"}, [] {
    auto ran = std::make_unique<std::string>();
    q::thread_pool pool({.running = 1});
    pool.post([&] { *ran += 'a'; }, persistent);
    pool.post([&] { *ran += 'b'; }, persistent);
    pool.stop();
    assert(*ran == "ab");
    ran.reset();
    reach("ran");
  });
}

TEST(PoolThreadsScenario, OneOfTwoThreadsThatAskForThePersistentThreadStartsIt_C2_J1) {
  explore_bounded(3, {"both ran", "one was refused"}, [] {
    auto ran = std::make_unique<int>(0);
    q::thread_pool pool({.running = 1});
    int refused = 0;
    std::thread other([&] {
      if (pool.post([&] { ++*ran; }, persistent) == q::post_status::refused) refused = 1;
    });
    pool.post([&] { ++*ran; }, persistent);
    pool.stop();
    const int have_run = *ran;
    ran.reset();
    other.join();
    assert(have_run + refused == 2);
    reach(refused == 0 ? "both ran" : "one was refused");
  });
}

TEST(PoolThreadsScenario, APoolThatHasStoppedStartsNoPersistentThread_C2_D1) {
  explore_bounded(2, {"refused"}, [] {
    q::thread_pool pool({.running = 1});
    pool.stop();
    assert(pool.post([] {}, q::run_on::persistent_thread) == q::post_status::refused);
    reach("refused");  // and no thread is left that nobody joins
  });
}

TEST(PoolThreadsScenario, ABlockedCallbackIsLetGoByOneThatIsQueuedBehindIt_C8) {
  explore_bounded(3, {"let go"}, [] {
    q::auto_reset_event go_on;
    q::thread_pool pool({.running = 1, .maximum = 2});
    pool.post([&] { static_cast<void>(q::wait(go_on)); });
    pool.post([&] { go_on.set(); });
    pool.stop();
    reach("let go");
  });
}

TEST(PoolThreadsScenario, ABlockedCallbackIsLetGoByTheCallbackOfASignalThatComesAtAnyTime_C8) {
  explore_bounded(2, {"let go"}, [] {
    q::auto_reset_event go_on, event;
    q::thread_pool pool({.running = 1, .maximum = 2});
    q::registered_wait wait(pool, [&](q::callback_scope&) { go_on.set(); });
    wait.arm(event);
    q::auto_reset_event done;
    pool.post([&] {
      static_cast<void>(q::wait(go_on));
      done.set();
    });
    event.set();
    static_cast<void>(q::wait(done));
    reach("let go");
  });
}

TEST(PoolThreadsScenario, AStopOnTheOnlyActiveWorkerIsServedByAThreadThatIsStartedForIt_C8_D3) {
  explore_bounded(2, {"ran"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1, .maximum = 2});
    auto calls = std::make_unique<int>(0);
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++*calls; });
    q::auto_reset_event done;
    pool.post([&] {
      wait.arm(event);
      event.set();
      const q::stop_result result = wait.stop();
      assert(result.dropped == 0 && *calls == 1);
      calls.reset();
      reach("ran");
      done.set();
    });
    static_cast<void>(q::wait(done));
  });
}

TEST(PoolThreadsScenario, TwoWorkersAtTheMaximumThatWaitInStopsDropWhatIsDueOrHaveRunIt_C8_D3) {
  explore_bounded(2, {"dropped", "ran"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 1, .maximum = 2});
    std::atomic<int> calls{0};
    std::atomic<std::size_t> dropped{0};
    q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
    wait.arm(event);
    std::thread signaller([&] { event.set(); });
    for (int i = 0; i < 2; ++i) pool.post([&] { dropped += wait.stop().dropped; });
    pool.stop();
    signaller.join();
    assert(dropped + static_cast<std::size_t>(calls) <= 1);
    if (dropped == 1) reach("dropped");
    if (calls == 1) reach("ran");
  });
}

// Its limits may pass at any moment.
q::pool_settings with_limits(unsigned maximum, std::function<void(const std::string&)> report) {
  q::pool_settings settings;
  settings.maximum = maximum;
  settings.idle_limit = settings.stuck_limit = std::chrono::nanoseconds(1);
  settings.report = std::move(report);
  return settings;
}

TEST(PoolThreadsScenario, AThreadRetiresWhileWorkIsQueuedAndThePoolStops_C8_D1) {
  explore_bounded(2, {"retired", "all there"}, [] {
    q::auto_reset_event go_on, last;
    int ran = 0;
    {
      support::limited_pool pool(with_limits(2, [](const std::string&) {}));
      pool.post([&] { static_cast<void>(q::wait(go_on)); });
      pool.post([&] { go_on.set(); });
      pool.post([&] {
        ++ran;
        last.set();
      });
      static_cast<void>(q::wait(last));
      reach(pool.counts().threads == 1 ? "retired" : "all there");
    }
    assert(ran == 1);
  });
}

// Its last thread may have retired before, and be about to join another one.
TEST(PoolThreadsScenario, APoolIsStoppedAtOnceByWhoIsToldOfItsEnd_C8_D1_D4) {
  explore_bounded(2, {"with all there", "with one retired"}, [] {
    q::auto_reset_event go_on, last;
    support::limited_pool pool(with_limits(2, [](const std::string&) {}));
    pool.post([&] { static_cast<void>(q::wait(go_on)); });
    pool.post([&] { go_on.set(); });
    pool.post([&] { last.set(); });
    static_cast<void>(q::wait(last));
    reach(pool.counts().threads == 1 ? "with one retired" : "with all there");
    std::thread told([&] {
      static_cast<void>(q::wait(q::handle_ref(pool.core())));
      assert(pool.core().stop_until(q::never) == q::stop_status::stopped);
    });
    pool.core().request_stop();
    told.join();
  });
}

TEST(PoolThreadsScenario, APoolThatIsStuckSaysSoOrNotAndEndsWhenItIsNotAnyMore_C8_D1) {
  explore_bounded(2, {"said", "not said"}, [] {
    q::auto_reset_event go_on;
    auto ran = std::make_unique<int>(0);
    std::atomic<int> reports{0};
    {
      support::limited_pool pool(with_limits(1, [&](const std::string&) { ++reports; }));
      pool.post([&] { static_cast<void>(q::wait(go_on)); });
      pool.post([&] { ++*ran; });
      go_on.set();
    }
    assert(*ran == 1 && reports <= 1);
    ran.reset();
    reach(reports == 1 ? "said" : "not said");
  });
}

}  // namespace
