// Stops of what only threads could run that wait for the stop, directly or not, under interleavings.
#include <atomic>
#include <cassert>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/pool_work.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_bounded;
using support::waiters_of;

// Two pools of one thread each; the callback on each stops what only the other one's thread could run.
TEST(StopAcrossPoolsScenario, NobodyHangsAndWhatIsDueRunsOrIsTakenBack_D8_D3) {
  explore_bounded(2, {"both taken back", "one refused"}, [] {
    q::thread_pool a({.running = 1});
    q::thread_pool b({.running = 1});
    q::auto_reset_event a_has_stopped, b_has_stopped;
    std::size_t ran_on_a = 0, ran_on_b = 0, due_a = 0, due_b = 0;
    q::pool_work on_a(a, [&] { ++ran_on_a; });
    q::pool_work on_b(b, [&] { ++ran_on_b; });
    q::stop_result of_a{}, of_b{};
    a.post([&] {
      due_a = on_a.submit() == q::post_status::queued ? 1 : 0;
      of_b = on_b.stop();
      a_has_stopped.set();
    });
    b.post([&] {
      due_b = on_b.submit() == q::post_status::queued ? 1 : 0;
      of_a = on_a.stop();
      b_has_stopped.set();
    });
    static_cast<void>(q::wait(a_has_stopped));
    static_cast<void>(q::wait(b_has_stopped));
    a.stop();
    b.stop();
    assert(ran_on_a + of_a.dropped == due_a);
    assert(ran_on_b + of_b.dropped == due_b);
    assert(of_a.status == q::stop_status::stopped && of_b.status == q::stop_status::stopped);
    if (of_a.dropped + of_b.dropped == 2) reach("both taken back");
    if (due_a + due_b == 1) reach("one refused");
  });
}

// The only worker stops an inline wait that is queued for workers. While something inline is queued on a thread that
// signals it might be that; when the last of this begins there, somebody has to see that it was not.
TEST(StopAcrossPoolsScenario, WhatIsInlineButQueuedForTheOnlyWorkerIsTakenBackWhateverAnotherThreadSignals_D8_D3) {
  explore_bounded(2, {"while another one was queued elsewhere", "after it", "before it"}, [] {
    const q::wait_options inline_options{.where = q::run_on::signalling_thread};
    q::thread_pool pool({.running = 1, .maximum = 1});
    q::auto_reset_event of_first, of_second, of_due;
    q::manual_reset_event there(true), has_stopped;
    std::atomic<int> stage{0};
    int found = 0;
    q::stop_result answer{};
    q::registered_wait second(
        pool, [&](q::callback_scope&) { stage = 2; }, inline_options);
    q::registered_wait first(
        pool,
        [&](q::callback_scope&) {
          of_second.set();
          stage = 1;
        },
        inline_options);
    q::registered_wait due(
        pool, [](q::callback_scope&) { assert(false); }, inline_options);
    first.arm(of_first);
    second.arm(of_second);
    due.arm(of_due);
    pool.post([&] {
      static_cast<void>(q::signal_and_wait(of_due, there));  // which hands over what it makes due
      found = stage;
      answer = due.stop();
      has_stopped.set();
    });
    of_first.set();
    static_cast<void>(q::wait(has_stopped));
    assert(answer.status == q::stop_status::stopped && answer.dropped == 1);
    reach(found == 1 ? "while another one was queued elsewhere" : found == 2 ? "after it" : "before it");
  });
}

// What an inline wait captured stops a work whose callback drains the pool of the wait. Destroyed where the wait would arm
// itself again, it is a part of the entry that the drain waits for.
TEST(StopAcrossPoolsScenario, NobodyHangsWhenWhatARepeatingWaitCapturedStopsADrainOfItsPool_D8_A7) {
  struct at_end {
    std::function<void()> call;
    ~at_end() { call(); }
  };
  explore_bounded(2, {"stopped before", "stopped while it drained"}, [] {
    q::mutex mutex;
    q::thread_pool pool({.running = 1});
    q::thread_pool other({.running = 1});
    q::pool_work drains(other, [&] { static_cast<void>(pool.drain(q::never)); });
    q::stop_result of_drain{};
    auto captured = std::make_shared<at_end>();
    captured->call = [&] { of_drain = drains.stop(); };
    mutex.lock();
    q::registered_wait wait =
        pool.register_wait(mutex, [kept = std::move(captured), &mutex](q::callback_scope&) { mutex.unlock(); },
                           q::repeat::until_stopped, q::time_limit::none(), {.where = q::run_on::signalling_thread});
    std::thread stopper([&] {
      mutex.lock();  // while it owns the mutex the wait makes no callback
      wait.request_stop();
      mutex.unlock();
    });
    while (waiters_of::count(mutex) < 2) std::this_thread::yield();
    drains.submit();
    mutex.unlock();
    stopper.join();
    static_cast<void>(q::wait(wait.stopped()));
    reach(of_drain.status == q::stop_status::deferred ? "stopped while it drained" : "stopped before");
  });
}

}  // namespace
