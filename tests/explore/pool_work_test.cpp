// Works, timers, groups and actions at the return of a callback under interleavings. Bounded, as those of stops are.
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/pool_timer.hpp"
#include "quiesce/pool_work.hpp"
#include "quiesce/stop_group.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_bounded;
using std::chrono::milliseconds;

TEST(PoolWorkScenario, EachSubmitRunsOrIsTakenBackOrRefused_C1_D1) {
  explore_bounded(2, {"ran", "taken back", "refused"}, [] {
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<std::size_t>(0);
    q::pool_work work(pool, [&, use = calls.get()] { ++*use; }, {.overlap = false});
    q::post_status other{};
    std::thread submitter([&] { other = work.submit(); });
    work.submit();
    const std::size_t cancelled = work.cancel();
    work.stop();
    const std::size_t called = *calls;
    calls.reset();
    submitter.join();
    assert(called + cancelled == (other == q::post_status::queued ? 2u : 1u));
    if (called != 0) reach("ran");
    if (cancelled != 0) reach("taken back");
    if (other == q::post_status::refused) reach("refused");
  });
}

TEST(PoolWorkScenario, NoCallbackFollowsAStopThoughItSubmitsItself_D1_D2) {
  explore_bounded(2, {"refused while it ran"}, [] {
    q::thread_pool pool({.running = 2});
    auto calls = std::make_unique<std::atomic<int>>(0);
    q::pool_work* self = nullptr;
    q::pool_work work(pool, [&, use = calls.get()] {
      if (++*use == 3) return;
      if (self->submit() == q::post_status::refused) reach("refused while it ran");
    });
    self = &work;
    work.submit();
    work.stop();
    calls.reset();
  });
}

TEST(PoolTimerScenario, SettingAnewMeetsTheExpiry_C7) {
  explore_bounded(3, {"replaced", "too late"}, [] {
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::pool_timer timer(pool, [&] { ++calls; });
    timer.set(milliseconds(1));
    const bool replaced = timer.set(q::never) == q::arm_status::replaced;
    timer.stop();
    assert(calls == (replaced ? 0 : 1));
    reach(replaced ? "replaced" : "too late");
  });
}

TEST(PoolTimerScenario, ACancelMeetsTheExpiry_C7) {
  explore_bounded(3, {"cancelled", "too late"}, [] {
    q::thread_pool pool({.running = 1});
    int calls = 0;
    q::pool_timer timer(pool, [&] { ++calls; });
    timer.set(milliseconds(1));
    const bool cancelled = timer.cancel();
    timer.stop();
    assert(calls == (cancelled ? 0 : 1));
    reach(cancelled ? "cancelled" : "too late");
  });
}

TEST(PoolTimerScenario, OneThatFiresWhileItIsStillBeingSetIsSetForTheNextPeriodToo_C7) {
  explore_bounded(2, {"began before it was cancelled"}, [] {
    q::thread_pool pool({.running = 1});
    q::manual_reset_event go_on;
    std::atomic<bool> begun{false};
    q::pool_timer timer(pool, [&] {
      begun = true;
      static_cast<void>(q::wait(go_on));
    });
    timer.set(milliseconds(0), milliseconds(1000));
    const bool has_begun = begun;
    const bool cancelled = timer.cancel();
    assert(cancelled || !has_begun);
    if (has_begun) reach("began before it was cancelled");
    go_on.set();
    timer.stop();
  });
}

TEST(PoolTimerScenario, APeriodicOneStops_C7_D1_D2) {
  explore_bounded(2, {"called", "not called"}, [] {
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<int>(0);
    q::pool_timer timer(pool, [&, use = calls.get()] { ++*use; });
    timer.set(milliseconds(1), milliseconds(1));
    timer.stop();
    reach(*calls == 0 ? "not called" : "called");
    calls.reset();
  });
}

TEST(SetOnReturnScenario, TheEventIsSetAfterTheCallbackAndBeforeTheStopReturns_C9_D1) {
  explore_bounded(3, {"stopped"}, [] {
    q::thread_pool pool({.running = 1});
    q::auto_reset_event returned;
    int data = 0;
    q::pool_work work(pool, [&](q::callback_scope& s) {
      s.set_on_return(returned);
      data = 1;
    });
    work.submit();
    std::thread other([&] {
      static_cast<void>(q::wait(returned));
      assert(data == 1);
      returned.set();
    });
    work.stop();
    other.join();
    assert(q::try_wait(returned));
    reach("stopped");
  });
}

TEST(StopGroupScenario, AMemberJoinsWhileTheGroupStops_C9_D1_D2) {
  explore_bounded(2, {"joined", "refused"}, [] {
    q::thread_pool pool({.running = 1});
    auto calls = std::make_unique<std::atomic<int>>(0);
    q::pool_work work(pool, [&, use = calls.get()] { ++*use; });
    q::join_status joined{};
    q::stop_group group;
    std::thread other([&] {
      joined = group.add(work);
      work.submit();
    });
    group.stop();
    const int called = *calls;
    other.join();
    if (joined == q::join_status::joined) {
      assert(*calls == called);
      assert(work.submit() == q::post_status::refused);
    }
    work.stop();
    reach(joined == q::join_status::joined ? "joined" : "refused");
  });
}

TEST(StopGroupScenario, AMemberEndsWhileTheGroupStops_C9_D1) {
  explore_bounded(2, {"stopped"}, [] {
    q::thread_pool pool({.running = 1});
    q::stop_group group;
    auto work = std::make_unique<q::pool_work>(pool, [] {});
    group.add(*work);
    work->submit();
    std::thread other([&] { work.reset(); });
    assert(group.stop().status == q::stop_status::stopped);
    assert(q::try_wait(group.stopped()));
    other.join();
    reach("stopped");
  });
}

// The stop lets go of what was captured, and with it of the group.
void end_a_group_of_one_that_owns_it(void (*stop)(q::stop_group&)) {
  explore_bounded(1, {"gone"}, [stop] {
    q::thread_pool pool({.running = 1});
    auto group = std::make_shared<q::stop_group>();
    q::stop_group& same = *group;
    q::pool_work work(pool, [group] {});
    same.add(work);
    group.reset();
    stop(same);
    assert(work.submit() == q::post_status::refused);
    reach("gone");
  });
}

TEST(StopGroupScenario, WhatAMemberCapturedMayOwnTheGroup_C9_D3) {
  end_a_group_of_one_that_owns_it([](q::stop_group& group) { group.stop(); });
}

TEST(StopGroupScenario, WhatAMemberCapturedMayOwnTheGroupWhoseStopIsOnlyRequested_C9_D4) {
  end_a_group_of_one_that_owns_it([](q::stop_group& group) { group.request_stop(); });
}

// The same with a pool, and a work that nobody else owns.
void end_a_pool_of_one_that_owns_it(void (*stop)(q::thread_pool&)) {
  struct service {
    q::thread_pool pool{{.running = 1}};
    std::unique_ptr<q::pool_work> work;
    ~service() { work.reset(); }
  };
  explore_bounded(3, {"gone"}, [stop] {
    auto owner = std::make_shared<service>();
    q::thread_pool& pool = owner->pool;
    owner->work = std::make_unique<q::pool_work>(pool, [owner] {});
    owner.reset();
    stop(pool);
    reach("gone");
  });
}

TEST(PoolStopScenario, WhatACallbackCapturedMayOwnThePool_D3) {
  end_a_pool_of_one_that_owns_it([](q::thread_pool& pool) { pool.stop(); });
}

TEST(PoolStopScenario, WhatACallbackCapturedMayOwnThePoolWhoseStopIsOnlyRequested_D4) {
  end_a_pool_of_one_that_owns_it([](q::thread_pool& pool) { pool.request_stop(); });
}

TEST(StopGroupScenario, NobodyHangsWhenTwoMembersStopTheirGroup_C9_D3_D8) {
  explore_bounded(2, {"both deferred"}, [] {
    q::stop_group group;
    q::stop_status of_a{}, of_b{};
    {
      q::thread_pool pool({.running = 2});
      q::pool_work a(pool, [&] { of_a = group.stop().status; });
      q::pool_work b(pool, [&] { of_b = group.stop().status; });
      group.add(a);
      group.add(b);
      a.submit();
      b.submit();
    }
    if (of_a == q::stop_status::deferred && of_b == q::stop_status::deferred) reach("both deferred");
    assert(group.stop().status == q::stop_status::stopped);
  });
}

TEST(DrainScenario, AfterItNothingThatWasQueuedIsLeft_D8) {
  explore_bounded(2, {"drained"}, [] {
    q::thread_pool pool({.running = 1});
    int calls = 0;
    pool.post([&] {
      ++calls;
      pool.post([&] { ++calls; });
    });
    assert(pool.drain(q::never).empty());
    assert(calls == 2);
    reach("drained");
  });
}

}  // namespace
