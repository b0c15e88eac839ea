// A callback that blocks, or says that it may run long, does not hold up the others.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pool/pool_core.hpp"
#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
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

// Posts functions that block until they are let go on.
class blocked_callbacks {
 public:
  explicit blocked_callbacks(q::thread_pool& pool) : pool_(pool) {}
  ~blocked_callbacks() { let_go(); }
  void add(std::size_t count = 1) {
    for (; count != 0; --count) pool_.post([go_on = go_on_.duplicate()] { static_cast<void>(q::wait(go_on)); });
  }
  bool all_block(std::size_t count) const {
    return eventually([&] { return pool_.counts().waiting == count; });
  }
  void let_go() { go_on_.set(); }

 private:
  q::thread_pool& pool_;
  q::manual_reset_event go_on_;
};

// dotnet/runtime#52558, libuv#28: callbacks that blocked starved the others.
TEST(Compensation, ACallbackThatBlocksDoesNotHoldUpThoseThatFollow_C8) {
  q::manual_reset_event ran;
  q::thread_pool pool({.running = 1, .maximum = 2});
  blocked_callbacks blocked(pool);
  blocked.add();
  pool.post([&] { ran.set(); });
  EXPECT_TRUE(q::wait_for(ran, 30s));
  EXPECT_TRUE(blocked.all_block(1));
}

TEST(Compensation, TheOtherThreadIsThereBeforeAnythingIsQueuedSoThatASignalStartsNone_C8_J1) {
  q::auto_reset_event event, ran;
  q::thread_pool pool({.running = 1, .maximum = 2});
  auto wait = pool.register_wait(event, [&](q::callback_scope&) { ran.set(); });
  blocked_callbacks blocked(pool);
  blocked.add();
  ASSERT_TRUE(eventually([&] { return pool.counts().threads == 2; }));
  event.set();
  EXPECT_TRUE(q::wait_for(ran, 30s));
  wait.stop();
}

TEST(Compensation, AsManyRunAsBeforeHoweverManyBlockUpToTheMaximum_C8) {
  std::atomic<bool> third_ran{false};
  q::thread_pool pool({.running = 2, .maximum = 5});
  blocked_callbacks blocked(pool);
  blocked.add(3);
  ASSERT_TRUE(blocked.all_block(3));
  support::held_worker first(pool), second(pool);
  pool.post([&] { third_ran = true; });
  const q::pool_counts counts = pool.counts();
  EXPECT_EQ(counts.running, 2u);
  EXPECT_EQ(counts.threads, 5u);
  EXPECT_EQ(counts.queued, 1u) << "two run, which is what was asked for";
  EXPECT_FALSE(third_ran.load());
  first.release();
  EXPECT_TRUE(eventually([&] { return third_ran.load(); }));
}

TEST(Compensation, WhoEndsACallbackTakesNoOtherWhileTooManyRunBecauseOneCameBack_C8) {
  std::atomic<bool> last_ran{false};
  q::thread_pool pool({.running = 1, .maximum = 2});
  blocked_callbacks blocked(pool);
  blocked.add();
  ASSERT_TRUE(blocked.all_block(1));
  support::held_worker stands_in(pool);
  pool.post([&] { last_ran = true; });
  blocked.let_go();
  // The one that was blocked has come to its end when nobody but the held one runs.
  ASSERT_TRUE(eventually([&] { return pool.counts().waiting == 0 && pool.counts().running == 1; }));
  EXPECT_EQ(pool.counts().queued, 1u);
  EXPECT_FALSE(last_ran.load());
  stands_in.release();
  EXPECT_TRUE(eventually([&] { return last_ran.load(); }));
}

TEST(Compensation, WhoBlocksWakesAnIdleThreadForWhatIsQueuedAlready_C8) {
  q::manual_reset_event ran, second_ended;
  std::promise<void> go_on;
  q::thread_pool pool({.running = 1, .maximum = 2});
  blocked_callbacks blocked(pool);
  blocked.add();
  ASSERT_TRUE(blocked.all_block(1));
  pool.post([&, held = go_on.get_future()] {
    held.wait();
    static_cast<void>(q::wait(ran));
    second_ended.set();
  });
  ASSERT_TRUE(eventually([&] { return pool.counts().running == 1; }));
  blocked.let_go();
  ASSERT_TRUE(eventually([&] { return pool.counts().running == 1 && pool.counts().waiting == 0; }));
  pool.post([&] { ran.set(); });
  ASSERT_EQ(pool.counts().queued, 1u) << "one runs, and another thread is idle";
  go_on.set_value();
  EXPECT_TRUE(q::wait_for(second_ended, 30s));
  ran.set();
}

TEST(Compensation, WhoRunsLongWakesAnIdleThreadForWhatIsQueuedAlready_C8) {
  const q::auto_reset_event event(true);
  q::auto_reset_event begun;
  std::promise<void> go_on;
  std::atomic<bool> has_run{false}, was_replaced{false};
  q::thread_pool pool({.running = 1, .maximum = 2});
  blocked_callbacks blocked(pool);
  blocked.add();
  ASSERT_TRUE(blocked.all_block(1));
  q::registered_wait wait(pool, [&, held = go_on.get_future().share()](q::callback_scope& s) {
    begun.set();
    held.wait();
    was_replaced = s.may_run_long();
    EXPECT_TRUE(eventually([&] { return has_run.load(); }));
  });
  wait.arm(event);
  ASSERT_TRUE(q::wait_for(begun, 30s));
  blocked.let_go();
  ASSERT_TRUE(eventually([&] { return pool.counts().running == 1 && pool.counts().waiting == 0; }));
  pool.post([&] { has_run = true; });
  ASSERT_EQ(pool.counts().queued, 1u) << "one runs, and another thread is idle";
  go_on.set_value();
  wait.stop();
  EXPECT_TRUE(was_replaced.load());
}

TEST(Compensation, AtTheMaximumWhatIsQueuedWaits_C8) {
  std::atomic<bool> ran{false};
  q::thread_pool pool({.running = 1, .maximum = 3, .report = [](const std::string&) {}});
  blocked_callbacks blocked(pool);
  blocked.add(3);
  ASSERT_TRUE(blocked.all_block(3));
  pool.post([&] { ran = true; });
  EXPECT_EQ(pool.counts().queued, 1u);
  EXPECT_EQ(pool.counts().threads, 3u);
  blocked.let_go();
  EXPECT_TRUE(eventually([&] { return ran.load(); }));
}

TEST(Compensation, APoolThatWasAskedToRunOneNeverOverlapsThoughItsCallbackBlocks_C8) {
  std::atomic<bool> ran{false};
  q::thread_pool pool({.running = 1, .report = [](const std::string&) {}});
  blocked_callbacks blocked(pool);
  blocked.add();
  ASSERT_TRUE(blocked.all_block(1));
  pool.post([&] { ran = true; });
  EXPECT_EQ(pool.counts().threads, 1u);
  EXPECT_FALSE(ran.load());
  blocked.let_go();
  EXPECT_TRUE(eventually([&] { return ran.load(); }));
}

// taskflow#435, botan#5874: a wait inside a task ran another one on top of it.
TEST(Compensation, AWaitInACallbackRunsNoOtherCallbackOnItsStack_C12) {
  thread_local int depth = 0;
  std::atomic<int> deepest{0}, ran{0};
  q::manual_reset_event all_ran;
  q::thread_pool pool({.running = 1, .maximum = 4});
  constexpr int callbacks = 20;
  const auto count = [&] {
    if (++ran == callbacks) all_ran.set();
  };
  for (int i = 0; i < 3; ++i) {
    pool.post([&] {
      ++depth;
      if (depth > deepest) deepest = depth;
      count();
      EXPECT_TRUE(q::wait_for(all_ran, 30s)) << "the others run meanwhile, elsewhere";
      --depth;
    });
  }
  for (int i = 3; i < callbacks; ++i) {
    pool.post([&] {
      ++depth;
      if (depth > deepest) deepest = depth;
      count();
      --depth;
    });
  }
  pool.stop();
  EXPECT_EQ(ran.load(), callbacks);
  EXPECT_EQ(deepest.load(), 1);
}

TEST(Compensation, ACallbackThatDeclaresToRunLongIsReplacedToo_C8) {
  const q::auto_reset_event event(true);
  std::atomic<bool> first{false}, second{false}, has_run{false};
  q::thread_pool pool({.running = 1, .maximum = 2});
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    first = s.may_run_long();
    second = s.may_run_long();
    EXPECT_TRUE(eventually([&] { return has_run.load(); }));
  });
  wait.arm(event);
  pool.post([&] { has_run = true; });
  EXPECT_TRUE(eventually([&] { return has_run.load(); }));
  wait.stop();
  EXPECT_TRUE(first.load());
  EXPECT_TRUE(second.load());
  EXPECT_TRUE(eventually([&] { return pool.counts().waiting == 0; })) << "until it returns";
}

TEST(Compensation, ACallbackThatDeclaredToRunLongIsLeftOutOnlyUntilItReturns_C8) {
  const q::auto_reset_event event(true);
  bool replaced = false;
  q::thread_pool pool({.running = 2, .maximum = 2});
  {
    q::registered_wait wait(pool, [&](q::callback_scope& s) { replaced = s.may_run_long(); });
    wait.arm(event);
  }
  EXPECT_TRUE(replaced);
  support::held_worker first(pool), second(pool);
  EXPECT_EQ(pool.counts().running, 2u);
  EXPECT_EQ(pool.counts().waiting, 0u);
}

TEST(Compensation, ACallbackThatDeclaresToRunLongLearnsThatThePoolIsAtItsMaximum_C8) {
  const q::auto_reset_event event(true);
  q::auto_reset_event called;
  bool replaced = true;
  q::pool_counts counts;
  q::thread_pool pool({.running = 1});
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    replaced = s.may_run_long();
    counts = pool.counts();
    called.set();
  });
  wait.arm(event);
  ASSERT_TRUE(q::wait_for(called, 30s));
  EXPECT_FALSE(replaced);
  EXPECT_EQ(counts.running, 1u) << "it counts as one that runs";
  EXPECT_EQ(counts.waiting, 0u);
}

TEST(Compensation, APoolWithAThreadToSpareStartsNone_C8) {
  q::thread_pool pool({.running = 2});
  blocked_callbacks blocked(pool);
  blocked.add();
  ASSERT_TRUE(blocked.all_block(1));
  EXPECT_EQ(pool.counts().threads, 2u);
}

TEST(Compensation, AStopOnTheLastWorkerIsWaitedForWhenAnotherThreadCanRunWhatIsDue_C8_D3) {
  q::auto_reset_event event, done;
  std::atomic<int> calls{0};
  q::thread_pool pool({.running = 1, .maximum = 2});
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++calls; });
  q::stop_result result;
  pool.post([&] {
    wait.arm(event);
    event.set();
    result = wait.stop();
    done.set();
  });
  ASSERT_TRUE(q::wait_for(done, 30s));
  EXPECT_EQ(calls.load(), 1);
  EXPECT_EQ(result.dropped, 0u);
}

TEST(Compensation, WhenAllThreadsUpToTheMaximumWaitInStopsWhatIsDueIsDropped_C8_D3) {
  q::auto_reset_event event;
  q::manual_reset_event go_on;
  std::atomic<int> begun{0}, stopped{0}, ran{0};
  std::atomic<std::size_t> dropped{0};
  q::thread_pool pool({.running = 1, .maximum = 3});
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++ran; });
  for (int i = 0; i < 3; ++i) {
    pool.post([&] {
      ++begun;
      static_cast<void>(q::wait(go_on));
      dropped += wait.stop().dropped;
      ++stopped;
    });
  }
  ASSERT_TRUE(eventually([&] { return begun.load() == 3; }));
  wait.arm(event);
  event.set();
  go_on.set();
  EXPECT_TRUE(eventually([&] { return stopped.load() == 3; }));
  EXPECT_EQ(dropped.load() + static_cast<std::size_t>(ran.load()), 1u);
}

TEST(Compensation, APoolThatKeepsFewThreadsStartsThoseThatItRunsAsTheyAreNeeded_C9) {
  q::thread_pool pool({.minimum = 1, .running = 3, .maximum = 3});
  EXPECT_EQ(pool.counts().threads, 1u);
  support::held_worker first(pool), second(pool), third(pool);
  EXPECT_EQ(pool.counts().threads, 3u);
}

TEST(Compensation, EveryWayToBlockInAWaitCounts_C8) {
  const q::manual_reset_event open(true);
  const std::vector<std::function<void(q::auto_reset_event&)>> ways{
      [&](q::auto_reset_event& go_on) {
        static_cast<void>(q::wait_all({go_on, open}));
      },
      [&](q::auto_reset_event& go_on) {
        static_cast<void>(q::wait_any({go_on, q::auto_reset_event()}));
      },
      [&](q::auto_reset_event& go_on) { static_cast<void>(q::signal_and_wait(q::auto_reset_event(), go_on)); },
      [&](q::auto_reset_event& go_on) {
        static_cast<void>(q::wait_until(go_on, std::chrono::steady_clock::now() + 1h));
      },
      [&](q::auto_reset_event& go_on) {
        q::thread_pool other({.running = 1});
        other.post([&] { static_cast<void>(q::wait(go_on)); });
        EXPECT_TRUE(other.drain(q::never).empty());
      },
      [&](q::auto_reset_event& go_on) {
        q::thread_pool other({.running = 1});
        q::pool_work work(other, [&] { static_cast<void>(q::wait(go_on)); });
        work.submit();
        work.wait_for_callbacks();
      }};
  for (std::size_t i = 0; i < ways.size(); ++i) {
    q::auto_reset_event go_on;
    q::thread_pool pool({.running = 1, .maximum = 2});
    pool.post([&] { ways[i](go_on); });
    pool.post([&] { go_on.set(); });
    EXPECT_EQ(pool.stop_for(30s).status, q::stop_status::stopped) << i;
    go_on.set();
  }
}

}  // namespace
