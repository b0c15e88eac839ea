#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;

TEST(StopGroup, OneStopStopsMembersOfAllKindsInSeveralPools_C9_D1_D2) {
  q::thread_pool a({.running = 2}), b({.running = 1});
  q::auto_reset_event event;
  auto calls = std::make_unique<std::atomic<int>>(0);
  q::stop_group group;
  q::registered_wait wait(a, [&, use = calls.get()](q::callback_scope& s) {
    ++*use;
    s.arm(event);
  });
  q::pool_work* self = nullptr;
  q::pool_work work(b, [&, use = calls.get()] {
    ++*use;
    self->submit();
  });
  self = &work;
  q::pool_timer timer(a, [&, use = calls.get()] { ++*use; });
  EXPECT_EQ(group.add(wait), q::join_status::joined);
  EXPECT_EQ(group.add(work), q::join_status::joined);
  EXPECT_EQ(group.add(timer), q::join_status::joined);
  EXPECT_EQ(group.add(timer), q::join_status::joined) << "twice is once";
  wait.arm(event);
  work.submit();
  timer.set(0s, 100us);
  ASSERT_TRUE(eventually([&] {
    event.set();
    return *calls > 100;
  }));
  EXPECT_FALSE(q::try_wait(group.stopped()));
  EXPECT_EQ(group.stop().status, q::stop_status::stopped);
  calls.reset();
  EXPECT_EQ(wait.arm(event), q::arm_status::refused);
  EXPECT_EQ(work.submit(), q::post_status::refused);
  EXPECT_EQ(timer.set(0s), q::arm_status::refused);
  EXPECT_TRUE(q::try_wait(group.stopped()));
  EXPECT_TRUE(group.in_flight().empty());
}

TEST(StopGroup, WhatWasQueuedRunsAndIsWaitedFor_C9_D3) {
  q::thread_pool pool({.running = 1});
  q::stop_group group;
  int calls = 0;
  q::pool_work first(pool, [&] { ++calls; }, {.name = "first"}), second(pool, [&] { ++calls; });
  group.add(first);
  group.add(second);
  support::held_worker worker(pool);
  for (int i = 0; i < 5; ++i) {
    first.submit();
    second.submit();
  }
  EXPECT_EQ(group.in_flight().size(), 10u);
  EXPECT_EQ(group.stop_for(1ms).status, q::stop_status::timed_out);
  EXPECT_EQ(second.submit(), q::post_status::refused) << "all are closed before the first is waited for";
  EXPECT_EQ(first.submit(), q::post_status::refused);
  const std::vector<q::callback_info> holding_up = group.in_flight();
  EXPECT_EQ(holding_up.size(), 10u) << "though all are closed";
  EXPECT_EQ(std::ranges::count(holding_up, "first", &q::callback_info::name), 5);
  worker.release();
  EXPECT_EQ(group.stop().status, q::stop_status::stopped);
  EXPECT_EQ(calls, 10);
}

TEST(StopGroup, CountsWhatIsDroppedOfAllMembers_C9_D3) {
  q::thread_pool pool({.running = 1});
  q::stop_group group;
  q::auto_reset_event done;
  q::pool_work first(pool, [] { FAIL() << "its only thread stops it"; });
  q::pool_work second(pool, [] { FAIL() << "its only thread stops it"; });
  group.add(first);
  group.add(second);
  q::stop_result result{};
  pool.post([&] {
    for (int i = 0; i < 2; ++i) first.submit();
    for (int i = 0; i < 3; ++i) second.submit();
    result = group.stop();
    done.set();
  });
  ASSERT_TRUE(q::wait_for(done, 30s));
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(result.dropped, 5u);
}

TEST(StopGroup, JoiningOneThatIsStoppingIsRefusedAndStopsTheSource_C9_D2) {
  q::thread_pool pool({.running = 1});
  q::stop_group group;
  group.stop();
  EXPECT_TRUE(q::try_wait(group.stopped())) << "without members there is nothing to wait for";
  q::pool_work late(pool, [] {});
  EXPECT_EQ(group.add(late), q::join_status::refused);
  EXPECT_EQ(late.submit(), q::post_status::refused);
  EXPECT_TRUE(q::wait_for(late.stopped(), 30s));
}

TEST(StopGroup, AMemberMayStopAndEndBeforeTheGroup_C9) {
  q::thread_pool pool({.running = 1});
  q::stop_group group;
  const auto captured = std::make_shared<int>();
  {
    q::pool_work ended(pool, [captured] {});
    group.add(ended);
  }
  EXPECT_EQ(captured.use_count(), 1);
  q::pool_work stopped(pool, [] {});
  stopped.stop();
  EXPECT_EQ(group.add(stopped), q::join_status::joined);
  EXPECT_TRUE(group.in_flight().empty());
  EXPECT_EQ(group.stop().status, q::stop_status::stopped);
}

TEST(StopGroup, MembersOutliveTheGroupStopped_C9_D1) {
  q::thread_pool pool({.running = 1});
  auto group = std::make_unique<q::stop_group>();
  int calls = 0;
  q::pool_work work(pool, [&] { ++calls; });
  group->add(work);
  work.submit();
  group.reset();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(work.submit(), q::post_status::refused);
}

TEST(StopGroup, FromInsideAMemberItWaitsForTheOthersAndIsDeferred_C9_D3) {
  for (const bool asking_first : {false, true}) {
    q::thread_pool pool({.running = 2});
    q::stop_group group;
    q::manual_reset_event other_runs, go_on;
    std::atomic<bool> other_ended{false};
    bool had_ended = false;
    q::stop_result result{};
    q::pool_work other(pool, [&] {
      other_runs.set();
      EXPECT_TRUE(q::wait_for(go_on, 30s));
      other_ended = true;
    });
    q::pool_work* self = nullptr;
    q::pool_work asking(pool,
                        [&] {
                          self->submit();
                          result = group.stop();
                          had_ended = other_ended;
                        },
                        {.overlap = false});
    self = &asking;
    group.add(asking_first ? asking : other);
    group.add(asking_first ? other : asking);
    other.submit();
    ASSERT_TRUE(q::wait_for(other_runs, 30s));
    asking.submit();
    ASSERT_TRUE(eventually([&] { return asking.submit() == q::post_status::refused; }));
    go_on.set();
    EXPECT_TRUE(q::wait_for(group.stopped(), 30s));
    EXPECT_EQ(result.status, q::stop_status::deferred);
    EXPECT_GE(result.dropped, 1u) << "what was pending of the asking one";
    EXPECT_TRUE(had_ended);
  }
}

TEST(StopGroup, FromInsideACallbackThatIsNoMemberAllAreWaitedFor_C9_D3) {
  q::thread_pool pool({.running = 2});
  q::stop_group group;
  std::atomic<bool> begun{false}, go_on{false}, has_ended{false};
  q::pool_work member(pool, [&] {
    begun = true;
    EXPECT_TRUE(eventually([&] { return go_on.load(); }));
    has_ended = true;
  });
  group.add(member);
  member.submit();
  ASSERT_TRUE(eventually([&] { return begun.load(); }));
  q::stop_result result{};
  bool had_ended = false;
  q::pool_work stranger(pool, [&] {
    group.request_stop();
    go_on = true;
    result = group.stop();
    had_ended = has_ended;
  });
  stranger.submit();
  stranger.stop();
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_TRUE(had_ended);
}

TEST(StopGroup, TwoMembersThatStopItAtOnceAreBothDeferred_C9_D3_D8) {
  for (int round = 0; round < 200; ++round) {
    q::thread_pool pool({.running = 2});
    q::stop_group group;
    std::atomic<int> here{0}, deferred{0};
    const auto stop = [&] {
      ++here;
      ASSERT_TRUE(eventually([&] { return here == 2; }));
      if (group.stop_for(30s).status == q::stop_status::deferred) ++deferred;
    };
    q::pool_work a(pool, stop), b(pool, stop);
    group.add(a);
    group.add(b);
    a.submit();
    b.submit();
    ASSERT_TRUE(q::wait_for(group.stopped(), 60s));
    EXPECT_EQ(deferred, 2) << round;
  }
}

TEST(StopGroup, MayBeDestroyedInsideACallbackOfAMember_C9_D3) {
  q::thread_pool pool({.running = 1});
  for (int round = 0; round < 100; ++round) {
    auto group = std::make_unique<q::stop_group>();
    q::pool_work work(pool, [&] { group.reset(); });
    group->add(work);
    work.submit();
    ASSERT_TRUE(q::wait_for(work.stopped(), 30s));
    EXPECT_EQ(group, nullptr);
  }
}

TEST(StopGroup, MembersComeAndGoWhileItStops_C9_D1) {
  q::thread_pool pool({.running = 2});
  for (int round = 0; round < 300; ++round) {
    q::stop_group group;
    std::atomic<int> calls{0};
    std::jthread adder([&] {
      for (int i = 0; i < 10; ++i) {
        q::pool_work work(pool, [&] { ++calls; });
        static_cast<void>(group.add(work));
        work.submit();
      }
    });
    for (int turn = round % 7; turn > 0; --turn) std::this_thread::yield();
    ASSERT_EQ(group.stop().status, q::stop_status::stopped);
    ASSERT_TRUE(q::try_wait(group.stopped()));
  }
}

}  // namespace
