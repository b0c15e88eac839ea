#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/process_state.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::held_worker;

bool refuses_work(q::thread_pool& pool) {
  return pool.post([] {}) == q::post_status::refused;
}

TEST(PoolStop, RunsAllThatWasQueuedAndWaitsForIt_D1_D3) {
  q::thread_pool pool({.running = 1});
  held_worker worker(pool);
  int ran = 0;
  for (int i = 0; i < 100; ++i) pool.post([&] { ++ran; });
  std::jthread stopper([&] { EXPECT_EQ(pool.stop().status, q::stop_status::stopped); });
  ASSERT_TRUE(eventually([&] { return refuses_work(pool); }));
  EXPECT_FALSE(q::try_wait(pool.stopped()));
  worker.release();
  stopper.join();
  EXPECT_EQ(ran, 100);
  EXPECT_TRUE(q::try_wait(pool.stopped()));
  EXPECT_TRUE(q::try_wait(pool.stopped())) << "for good";
}

TEST(PoolStop, MayBeAskedForTwiceAndByManyThreads_D3) {
  q::thread_pool pool({.running = 2});
  held_worker worker(pool);
  std::atomic<bool> released{false};
  std::atomic<int> too_early{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      EXPECT_EQ(pool.stop().status, q::stop_status::stopped);
      if (!released) ++too_early;
    });
  }
  ASSERT_TRUE(eventually([&] { return refuses_work(pool); }));
  ASSERT_TRUE(eventually([&] { return support::waiters_of::count(pool.stopped()) == 4; }));
  released = true;
  worker.release();
  threads.clear();
  EXPECT_EQ(too_early.load(), 0);
  EXPECT_EQ(pool.stop().status, q::stop_status::stopped);
  EXPECT_EQ(pool.stop_for(0s).status, q::stop_status::stopped);
}

TEST(PoolStop, FromInsideACallbackIsDeferred_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  int ran = 0;
  q::stop_result from_function{}, from_callback{};
  auto wait = pool.register_wait(event, [&](q::callback_scope&) {
    from_callback = pool.stop_for(1h);
    ++ran;
  });
  held_worker worker(pool);
  pool.post([&] { from_function = pool.stop(); });
  pool.post([&] { ++ran; });
  event.set();
  worker.release();
  ASSERT_TRUE(q::wait(pool.stopped()));
  EXPECT_EQ(from_function.status, q::stop_status::deferred);
  EXPECT_EQ(from_callback.status, q::stop_status::deferred);
  EXPECT_EQ(ran, 2) << "what was queued or had fired before the stop still runs";
  EXPECT_EQ(pool.stop().status, q::stop_status::stopped);
}

TEST(PoolStop, GivesUpAtItsLimitAndGoesOn_D4_D8) {
  q::thread_pool pool({.running = 1});
  held_worker worker(pool);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(pool.stop_for(2ms).status, q::stop_status::timed_out);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 2ms);
  EXPECT_EQ(pool.stop_for(0s).status, q::stop_status::timed_out);
  EXPECT_TRUE(refuses_work(pool));
  EXPECT_FALSE(q::try_wait(pool.stopped()));
  worker.release();
  EXPECT_TRUE(q::wait(pool.stopped()));
  EXPECT_EQ(pool.stop_for(0s).status, q::stop_status::stopped);
}

TEST(PoolStop, RequestedItDoesNotWait_D4) {
  q::thread_pool pool({.running = 1});
  held_worker worker(pool);
  pool.request_stop();
  pool.request_stop();
  EXPECT_TRUE(refuses_work(pool));
  EXPECT_FALSE(q::try_wait(pool.stopped()));
  worker.release();
  EXPECT_TRUE(q::wait(pool.stopped()));
}

TEST(PoolStop, OfAPoolThatDoesNothingIsImmediate_D1) {
  q::thread_pool pool;
  EXPECT_FALSE(q::try_wait(pool.stopped()));
  EXPECT_EQ(pool.stop_for(1h).status, q::stop_status::stopped);
  EXPECT_TRUE(q::try_wait(pool.stopped()));
}

TEST(PoolStop, StopsItsWaitsAndTakesNoSignalAnyMore_D1_D2) {
  q::thread_pool pool({.running = 2});
  q::auto_reset_event event, other;
  std::atomic<int> calls{0};
  const auto count = [&](q::callback_scope&) { ++calls; };
  auto repeating = pool.register_wait(event, count);
  q::registered_wait once(pool, count);
  EXPECT_EQ(once.arm(other, 1h), q::arm_status::armed);
  pool.stop();
  EXPECT_FALSE(support::waiters_of::any(event));
  EXPECT_FALSE(support::waiters_of::any(other));
  event.set();
  other.set();
  EXPECT_TRUE(q::try_wait(event));
  EXPECT_TRUE(q::try_wait(other));
  EXPECT_EQ(once.arm(other), q::arm_status::refused);
  EXPECT_FALSE(repeating.disarm());
  EXPECT_TRUE(q::wait(repeating.stopped()));
  EXPECT_TRUE(q::wait(once.stopped()));
  EXPECT_EQ(calls.load(), 0);
}

TEST(PoolStop, RunsWhatHasFiredAndNotWhatIsOnlyArmed_D3) {
  q::thread_pool pool({.running = 1});
  held_worker worker(pool);
  q::auto_reset_event event;
  int calls = 0;
  q::arm_status inside{};
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    ++calls;
    inside = s.arm(event);
  });
  wait.arm(event);
  event.set();
  wait.arm(event);
  std::jthread stopper([&] { pool.stop(); });
  ASSERT_TRUE(eventually([&] { return refuses_work(pool); }));
  ASSERT_TRUE(eventually([&] { return !support::waiters_of::any(event); }));
  worker.release();
  stopper.join();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(inside, q::arm_status::refused);
}

TEST(PoolStop, APoolMayBeDestroyedBeforeItsWaits_D1) {
  q::auto_reset_event event;
  const auto captured = std::make_shared<int>();
  auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
  q::registered_wait wait(*pool, [captured](q::callback_scope&) {});
  auto repeating = pool->register_wait(event, [captured](q::callback_scope&) {});
  pool.reset();
  EXPECT_EQ(captured.use_count(), 1) << "callbacks are destroyed with their stop";
  EXPECT_EQ(wait.arm(event), q::arm_status::refused);
  EXPECT_FALSE(wait.disarm());
  EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
  EXPECT_EQ(repeating.stop_for(0s).status, q::stop_status::stopped);
  EXPECT_TRUE(q::try_wait(wait.stopped()));
}

TEST(PoolStop, AWaitMadeOnAStoppedPoolIsStopped_D2) {
  q::thread_pool pool;
  pool.stop();
  const q::manual_reset_event event(true);
  const auto captured = std::make_shared<int>();
  q::registered_wait wait(pool, [captured](q::callback_scope&) {}, {.name = "late"});
  EXPECT_EQ(captured.use_count(), 1);
  EXPECT_EQ(wait.arm(event), q::arm_status::refused);
  EXPECT_TRUE(q::try_wait(wait.stopped()));
  auto repeating = pool.register_wait(event, [captured](q::callback_scope&) {});
  EXPECT_TRUE(q::try_wait(repeating.stopped()));
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(PoolStop, APoolMayBeDestroyedInsideItsOwnCallback_J1) {
  const std::size_t before = support::count_threads();
  for (const unsigned workers : {1u, 3u}) {
    q::auto_reset_event event;
    q::manual_reset_event destroyed;
    auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = workers});
    q::registered_wait wait(*pool, [&, kept = std::make_shared<int>()](q::callback_scope& s) {
      pool.reset();
      EXPECT_EQ(s.arm(event), q::arm_status::refused);
      EXPECT_EQ(kept.use_count(), 1) << "what a running callback captured stays until it has returned";
      destroyed.set();
    });
    wait.arm(event);
    event.set();
    EXPECT_TRUE(q::wait(destroyed));
    EXPECT_TRUE(q::wait(wait.stopped()));
  }
  EXPECT_TRUE(eventually([&] { return support::count_threads() == before; })) << "its threads end by themselves";
}

// libcoro#420, paimon-cpp#233, PhotonLibOS#1562: a pool whose last reference went on a worker joined itself.
TEST(PoolStop, APoolMayBeDestroyedInsideAPostedFunctionOrByWhatThatCaptured_J1) {
  const std::size_t before = support::count_threads();
  std::atomic<bool> second_ran{false};
  auto* const first = new q::thread_pool({.running = 2});
  first->post([first] { delete first; });
  auto second = std::make_shared<q::thread_pool>(q::pool_options{.running = 1});
  q::auto_reset_event go;
  second->post([&second_ran, &go, keeps = second] { second_ran = static_cast<bool>(q::wait(go)); });
  second.reset();
  go.set();
  EXPECT_TRUE(eventually([&] { return support::count_threads() == before; }));
  EXPECT_TRUE(second_ran.load());
}

TEST(PoolStop, APoolMayBeDestroyedOnAWorkerOfAnotherPool_J1) {
  const std::size_t before = support::count_threads();
  {
    q::thread_pool outer({.running = 1});
    auto inner = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
    int ran = 0;
    inner->post([&] { ++ran; });
    outer.post([&] { inner.reset(); });
    outer.stop();
    EXPECT_EQ(inner, nullptr);
    EXPECT_EQ(ran, 1);
  }
  EXPECT_TRUE(eventually([&] { return support::count_threads() == before; }));
}

}  // namespace
