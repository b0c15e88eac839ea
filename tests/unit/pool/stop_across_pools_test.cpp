// Stops whose pools wait for each other's threads: nobody hangs, and only what cannot run is taken back.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::waiters_of;

// So many pools of one thread; the callback on each stops what is due on the next, which only that thread could run.
void stop_what_is_due_on_the_next(std::size_t size) {
  std::vector<std::unique_ptr<q::thread_pool>> pools;
  std::vector<std::unique_ptr<q::pool_work>> due;
  std::vector<q::stop_result> answers(size);
  std::atomic<int> ran{0};
  std::atomic<std::size_t> here{0};
  for (std::size_t i = 0; i < size; ++i) {
    pools.push_back(std::make_unique<q::thread_pool>(q::pool_options{.running = 1}));
    due.push_back(std::make_unique<q::pool_work>(*pools[i], [&] { ++ran; }));
  }
  for (std::size_t i = 0; i < size; ++i) {
    pools[i]->post([&, i] {
      due[i]->submit();
      ++here;
      ASSERT_TRUE(eventually([&] { return here == size; }));
      answers[i] = due[(i + 1) % size]->stop_for(30s);
    });
  }
  ASSERT_TRUE(eventually([&] { return here == size; }));
  for (const auto& pool : pools) EXPECT_EQ(pool->stop_for(60s).status, q::stop_status::stopped);
  std::size_t dropped = 0;
  for (const q::stop_result& each : answers) {
    EXPECT_EQ(each.status, q::stop_status::stopped);
    dropped += each.dropped;
  }
  EXPECT_EQ(dropped + static_cast<std::size_t>(ran), size);
  EXPECT_GE(dropped, 1u);
}

TEST(StopAcrossPools, WhatIsDueOnThePoolsOfEachOtherIsTakenBack_D8_D3) {
  for (int round = 0; round < 200 && !HasFailure(); ++round) stop_what_is_due_on_the_next(2);
}

TEST(StopAcrossPools, AndSoItIsInALongerCircle_D8_D3) {
  for (int round = 0; round < 50 && !HasFailure(); ++round) stop_what_is_due_on_the_next(4);
}

// One stops the pool of the other, which stops what is due on the pool of the first.
TEST(StopAcrossPools, WhatIsDueOnAPoolThatWaitsForTheEndOfTheStoppersPoolIsTakenBack_D8_D3) {
  for (int round = 0; round < 100 && !HasFailure(); ++round) {
    q::thread_pool a({.running = 1}), b({.running = 1});
    std::atomic<int> here{0}, ran{0};
    q::stop_result of_pool{}, of_work{};
    q::pool_work due(a, [&] { ++ran; });
    const auto meet = [&] {
      ++here;
      ASSERT_TRUE(eventually([&] { return here == 2; }));
    };
    a.post([&] {
      due.submit();
      meet();
      of_pool = b.stop_for(30s);
    });
    b.post([&] {
      meet();
      of_work = due.stop_for(30s);
    });
    ASSERT_TRUE(eventually([&] { return here == 2; }));
    EXPECT_EQ(a.stop_for(60s).status, q::stop_status::stopped);
    EXPECT_EQ(of_pool.status, q::stop_status::stopped);
    EXPECT_EQ(of_work.status, q::stop_status::stopped);
    EXPECT_EQ(of_work.dropped, 1u);
    EXPECT_EQ(ran, 0);
  }
}

TEST(StopAcrossPools, WithAWaitForCallbacksAndADestructorWhatIsDueIsTakenBackToo_D8_D5) {
  for (int round = 0; round < 100 && !HasFailure(); ++round) {
    q::thread_pool a({.running = 1}), b({.running = 1});
    std::atomic<int> here{0}, ran{0};
    q::pool_work due_on_a(a, [&] { ++ran; });
    auto due_on_b = std::make_unique<q::pool_work>(b, [&] { ++ran; });
    const auto meet = [&] {
      ++here;
      ASSERT_TRUE(eventually([&] { return here == 2; }));
    };
    a.post([&] {
      due_on_a.submit();
      meet();
      due_on_b.reset();
    });
    b.post([&] {
      due_on_b->submit();
      meet();
      due_on_a.wait_for_callbacks();
    });
    ASSERT_TRUE(eventually([&] { return here == 2; }));
    EXPECT_EQ(a.stop_for(60s).status, q::stop_status::stopped);
    EXPECT_EQ(b.stop_for(60s).status, q::stop_status::stopped);
    EXPECT_LE(ran, 1) << "at least one of them had to be taken back";
  }
}

// The only thread of the pool waits for a callback that goes on: it comes back, and runs what is due.
TEST(StopAcrossPools, WhatAThreadThatComesBackCanRunIsNotTakenBack_D8_D3) {
  q::thread_pool a({.running = 1}), b({.running = 2});
  q::manual_reset_event go_on;
  q::auto_reset_event runs;
  std::atomic<int> ran{0};
  q::stop_result of_due{};
  q::pool_work due(a, [&] { ++ran; });
  q::pool_work slow(b, [&] {
    runs.set();
    EXPECT_TRUE(q::wait_for(go_on, 30s));
  });
  slow.submit();
  ASSERT_TRUE(q::wait_for(runs, 30s));
  a.post([&] {
    due.submit();
    slow.stop();
  });
  ASSERT_TRUE(eventually([&] { return waiters_of::any(slow.stopped()); }));
  b.post([&] { of_due = due.stop(); });
  ASSERT_TRUE(eventually([&] { return waiters_of::any(due.stopped()); }));
  EXPECT_EQ(ran, 0);
  go_on.set();
  EXPECT_EQ(b.stop_for(60s).status, q::stop_status::stopped);
  EXPECT_EQ(of_due.status, q::stop_status::stopped);
  EXPECT_EQ(of_due.dropped, 0u);
  EXPECT_EQ(ran, 1);
}

// Two threads of the pool each wait for what the other could run. The third waits for a callback that goes on: it comes back.
TEST(StopAcrossPools, NorIsItWhenTheOthersOfItsPoolWaitForEachOther_D8_D3) {
  q::manual_reset_event go_on;
  q::auto_reset_event runs;
  std::atomic<int> ran{0}, here{0};
  q::stop_result of_first{}, of_second{};
  const auto stop = [&](q::pool_work& due, q::stop_result& result) {
    ++here;
    ASSERT_TRUE(eventually([&] { return here == 2; }));
    due.submit();
    result = due.stop();
  };
  q::thread_pool a({.running = 3, .maximum = 3}), b({.running = 1});
  q::pool_work first(a, [&] { ++ran; }), second(a, [&] { ++ran; });
  q::pool_work slow(b, [&] {
    runs.set();
    EXPECT_TRUE(q::wait_for(go_on, 30s));
  });
  slow.submit();
  ASSERT_TRUE(q::wait_for(runs, 30s));
  a.post([&] { slow.stop(); });
  ASSERT_TRUE(eventually([&] { return waiters_of::any(slow.stopped()); }));
  a.post([&] { stop(first, of_first); });
  a.post([&] { stop(second, of_second); });
  ASSERT_TRUE(eventually([&] { return waiters_of::any(first.stopped()) && waiters_of::any(second.stopped()); }));
  EXPECT_EQ(ran, 0);
  go_on.set();
  EXPECT_EQ(a.stop_for(60s).status, q::stop_status::stopped);
  EXPECT_EQ(of_first.status, q::stop_status::stopped);
  EXPECT_EQ(of_second.status, q::stop_status::stopped);
  EXPECT_EQ(of_first.dropped + of_second.dropped, 0u);
  EXPECT_EQ(ran, 2);
}

// What is due of an inline wait may be queued on a thread that signals, as far as its pool knows, until that has begun all.
TEST(StopAcrossPools, WhatIsInlineButQueuedForTheOnlyWorkerIsTakenBackWhenNoThreadThatSignalsHasAny_D8_D3) {
  q::thread_pool pool({.running = 1, .maximum = 1});
  q::auto_reset_event event, other, never_set, begun;
  std::atomic<bool> go_on{false}, has_stopped{false};
  const q::wait_options inline_options{.where = q::run_on::signalling_thread};
  bool was_in_time = false;
  std::atomic<int> ran{0};
  q::registered_wait second(
      pool, [&](q::callback_scope&) { was_in_time = eventually([&] { return has_stopped.load(); }); }, inline_options);
  q::registered_wait first(
      pool,
      [&](q::callback_scope&) {
        other.set();
        begun.set();
        static_cast<void>(eventually([&] { return go_on.load(); }));  // no wait of the library, which would hand over
      },
      inline_options);
  q::registered_wait due(
      pool, [&](q::callback_scope&) { ++ran; }, inline_options);
  first.arm(event);
  second.arm(other);
  std::thread signaller([&] { event.set(); });
  ASSERT_TRUE(q::wait_for(begun, 30s));
  q::stop_result answer{};
  pool.post([&] {
    due.arm(never_set, 1ms);  // a limit makes it due for a worker
    EXPECT_TRUE(eventually([&] { return pool.counts().queued == 2; }));
    answer = due.stop_for(30s);
    has_stopped = true;
  });
  EXPECT_TRUE(eventually([&] { return pool.counts().waiting == 1; }));
  go_on = true;
  signaller.join();
  EXPECT_EQ(pool.stop_for(60s).status, q::stop_status::stopped);
  EXPECT_TRUE(was_in_time);
  EXPECT_EQ(answer.status, q::stop_status::stopped);
  EXPECT_EQ(answer.dropped, 1u);
  EXPECT_EQ(ran, 0);
}

// A stop with a limit makes no circle for ever: it is deferred, and the destructor of the other one need not end the process.
TEST(StopAcrossPools, ADestructorIsWaitedForWhenTheOtherStopHasALimit_D8) {
  for (int round = 0; round < 100 && !HasFailure(); ++round) {
    q::thread_pool a({.running = 1}), b({.running = 1});
    std::atomic<int> here{0};
    q::stop_status answer{};
    std::unique_ptr<q::pool_work> on_a, on_b;
    const auto meet = [&] {
      ++here;
      ASSERT_TRUE(eventually([&] { return here == 2; }));
    };
    on_a = std::make_unique<q::pool_work>(a, [&] { meet(), answer = on_b->stop_for(30s).status; });
    on_b = std::make_unique<q::pool_work>(b, [&] { meet(), on_a.reset(); });
    on_a->submit();
    on_b->submit();
    ASSERT_TRUE(eventually([&] { return here == 2; }));
    EXPECT_EQ(a.stop_for(60s).status, q::stop_status::stopped);
    EXPECT_EQ(b.stop_for(60s).status, q::stop_status::stopped);
    EXPECT_EQ(answer, q::stop_status::deferred);
  }
}

}  // namespace
