// The one thread of a pool that lives as long as the pool.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/pool_timer.hpp"
#include "quiesce/pool_work.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/process_state.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
constexpr auto persistent = q::run_on::persistent_thread;

TEST(PersistentThread, RunsAllThatAsksForItInTheOrderOfItsComing_C2) {
  q::thread_pool pool({.running = 2});
  std::vector<int> ran;
  std::vector<std::thread::id> on;
  for (int i = 0; i < 300; ++i) {
    const auto level = static_cast<q::priority>(i % 3);
    pool.post(
        [&, i] {
          ran.push_back(i);
          on.push_back(std::this_thread::get_id());
        },
        persistent, level);
  }
  pool.stop();
  ASSERT_EQ(ran.size(), 300u);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(ran[static_cast<std::size_t>(i)], i) << "levels mean nothing there";
  EXPECT_EQ(std::count(on.begin(), on.end(), on.front()), 300);
}

TEST(PersistentThread, IsStartedByTheFirstThatAsksForItAndStaysUntilThePoolStops_C2_J1) {
  q::thread_pool pool({.name = "lasting", .running = 1});
  const auto threads = [] { return support::threads_named("lasting").size(); };
  ASSERT_TRUE(eventually([&] { return threads() == 1; }));
  EXPECT_EQ(pool.counts().threads, 1u);
  {
    const q::registered_wait wait(pool, [](q::callback_scope&) {}, {.where = persistent});
    EXPECT_TRUE(eventually([&] { return threads() == 2; })) << "signalling must not have to start it";
  }
  pool.post([] {}, persistent);
  EXPECT_EQ(pool.counts().threads, 2u);
  pool.stop();
  EXPECT_TRUE(eventually([&] { return threads() == 0; }));
}

TEST(PersistentThread, RunsTheCallbacksOfWaitsThatAskForIt_C2) {
  q::auto_reset_event event, called;
  std::vector<std::thread::id> on;
  std::thread::id of_the_pool;
  q::thread_pool pool({.running = 2});
  pool.post([&] { of_the_pool = std::this_thread::get_id(); }, persistent);
  const auto note = [&](q::callback_scope&) {
    on.push_back(std::this_thread::get_id());
    called.set();
  };
  auto wait = pool.register_wait(event, note, q::repeat::until_stopped, q::time_limit::none(), {.where = persistent});
  for (int i = 0; i < 5; ++i) {
    event.set();
    ASSERT_TRUE(q::wait_for(called, 30s));
  }
  wait.stop();
  EXPECT_EQ(on, std::vector<std::thread::id>(5, of_the_pool));
}

TEST(PersistentThread, RunsWorkAndTimersThatAskForItInTheOrderOfTheirComing_C2) {
  q::thread_pool pool({.running = 2});
  q::auto_reset_event told;
  std::thread::id of_the_pool;
  std::vector<std::thread::id> on;
  std::string ran;
  const auto note = [&](char what) {
    ran += what;
    on.push_back(std::this_thread::get_id());
    told.set();
  };
  q::pool_work work(pool, [&] { note('w'); }, {.where = persistent});
  q::pool_timer timer(pool, [&] { note('t'); }, {.where = persistent});
  std::promise<void> go_on;
  pool.post(
      [&] {
        of_the_pool = std::this_thread::get_id();
        go_on.get_future().wait();
      },
      persistent);
  work.submit();
  pool.post([&] { note('p'); }, persistent);
  work.submit();
  go_on.set_value();
  EXPECT_TRUE(pool.drain(30s).empty());
  EXPECT_EQ(ran, "wpw");
  static_cast<void>(q::try_wait(told));
  timer.set(1us, 1us);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(q::wait_for(told, 30s));
  timer.stop();
  work.stop();
  EXPECT_EQ(ran.substr(3), std::string(ran.size() - 3, 't'));
  EXPECT_EQ(on, std::vector<std::thread::id>(ran.size(), of_the_pool));
}

TEST(PersistentThread, IsNotAmongTheWorkersWhichGoOnWhileItIsBusy_C2) {
  q::manual_reset_event go_on, ran;
  q::thread_pool pool({.running = 1});
  pool.post([&] { static_cast<void>(q::wait(go_on)); }, persistent);
  pool.post([&] { ran.set(); });
  EXPECT_TRUE(q::wait_for(ran, 30s));
  go_on.set();
}

TEST(PersistentThread, GoesOnWhileTheWorkersAreBusy_C2) {
  q::manual_reset_event ran;
  q::thread_pool pool({.running = 1});
  support::held_worker worker(pool);
  pool.post([&] { ran.set(); }, persistent);
  EXPECT_TRUE(q::wait_for(ran, 30s));
}

TEST(PersistentThread, AStopOfThePoolRunsWhatIsQueuedForIt_C2_D3) {
  int ran = 0;
  q::auto_reset_event last;
  {
    q::thread_pool pool({.running = 1});
    for (int i = 0; i < 100; ++i) {
      pool.post(
          [&] {
            ++ran;
            pool.post([&] { ++ran; }, persistent);
          },
          persistent);
    }
    pool.post([&] { last.set(); }, persistent);
    ASSERT_TRUE(q::wait_for(last, 30s));
  }
  EXPECT_EQ(ran, 200);
}

TEST(PersistentThread, DropsAndCountsWhatOnlyItCouldRunWhenItWaitsInTheStop_C2_D3) {
  q::auto_reset_event event, done;
  int calls = 0;
  q::thread_pool pool({.running = 2});
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; }, {.where = persistent});
  q::stop_result result;
  pool.post(
      [&] {
        wait.arm(event);
        event.set();
        result = wait.stop();
        done.set();
      },
      persistent);
  ASSERT_TRUE(q::wait_for(done, 30s));
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(result.dropped, 1u);
  pool.stop();
  EXPECT_EQ(calls, 0);
}

TEST(PersistentThread, AStopOnItLetsTheWorkersRunWhatIsTheirs_C2_D3) {
  q::auto_reset_event event, done;
  int calls = 0;
  q::stop_result result;
  q::thread_pool pool({.running = 1});
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
  pool.post(
      [&] {
        wait.arm(event);
        event.set();
        result = wait.stop();
        done.set();
      },
      persistent);
  ASSERT_TRUE(q::wait_for(done, 30s));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(result.dropped, 0u);
}

TEST(PersistentThread, MayDestroyThePool_J1) {
  const std::size_t before = support::count_threads();
  auto* const pool = new q::thread_pool({.running = 1});
  pool->post([pool] { delete pool; }, persistent);
  EXPECT_TRUE(eventually([&] { return support::count_threads() == before; }));
}

TEST(PersistentThread, CannotBeReplacedWhenItsCallbackRunsLong_C2_C8) {
  q::auto_reset_event called;
  const q::auto_reset_event event(true);
  bool replaced = true;
  q::thread_pool pool({.running = 2});
  q::registered_wait wait(pool,
                          [&](q::callback_scope& s) {
                            replaced = s.may_run_long();
                            called.set();
                          },
                          {.where = persistent});
  wait.arm(event);
  ASSERT_TRUE(q::wait_for(called, 30s));
  EXPECT_FALSE(replaced);
}

}  // namespace
