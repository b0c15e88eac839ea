// A stop that nobody waits for yet.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <utility>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/pool_timer.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/at_destruction.hpp"
#include "support/held_worker.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::at_destruction;
using support::held_worker;

TEST(RequestedStop, DoesNotWaitAndTellsWhenItIsDone_D4) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  q::registered_wait idle(pool, [](q::callback_scope&) {});
  idle.arm(event);
  idle.request_stop();
  EXPECT_TRUE(q::try_wait(idle.stopped())) << "with nothing running it is done at once";

  int calls = 0;
  bool is_told_early = false;
  q::registered_wait due(pool, [&, kept = std::make_unique<at_destruction>([&] {
                                     is_told_early = static_cast<bool>(q::try_wait(due.stopped()));
                                   })](q::callback_scope&) { ++calls; });
  held_worker worker(pool);
  due.arm(event);
  event.set();
  due.request_stop();
  due.request_stop();
  EXPECT_FALSE(q::try_wait(due.stopped()));
  EXPECT_EQ(due.arm(event), q::arm_status::refused);
  worker.release();
  EXPECT_TRUE(q::wait(due.stopped()));
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(is_told_early) << "by then what the callback captured is destroyed";
}

TEST(RequestedStop, ReturnsWhileACallbackRunsAndStoppedTellsWhetherOneDoes_D4) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  q::manual_reset_event begun, go_on;
  std::atomic<bool> over{false};
  q::registered_wait wait(pool, [&](q::callback_scope&) {
    begun.set();
    static_cast<void>(q::wait(go_on));
    over = true;
  });
  wait.arm(event);
  event.set();
  ASSERT_TRUE(q::wait_for(begun, 30s));
  wait.request_stop();
  EXPECT_FALSE(q::try_wait(wait.stopped()));
  go_on.set();
  EXPECT_TRUE(q::wait_for(wait.stopped(), 30s));
  EXPECT_TRUE(over.load());
  q::pool_timer idle(pool, [] { FAIL() << "nothing is due"; });
  idle.set(1h);
  idle.request_stop();
  EXPECT_TRUE(q::try_wait(idle.stopped()));
}

TEST(RequestedStop, MeetsTheStopOfADestructorOfWhatTheCallbackCaptured_D3) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  for (const bool while_it_runs : {false, true}) {
    q::stop_result nested{};
    q::manual_reset_event begun, go_on;
    std::unique_ptr<q::registered_wait> wait;
    auto at_end = std::make_unique<at_destruction>([&] { nested = wait->stop(); });
    wait = std::make_unique<q::registered_wait>(pool, [&, kept = std::move(at_end)](q::callback_scope&) {
      begun.set();
      static_cast<void>(q::wait(go_on));
    });
    wait->arm(event);
    if (while_it_runs) {
      event.set();
      ASSERT_TRUE(q::wait(begun));
    }
    wait->request_stop();
    go_on.set();
    EXPECT_EQ(wait->stop().status, q::stop_status::stopped);
    EXPECT_EQ(nested.status, q::stop_status::deferred);
  }
}

}  // namespace
