#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <thread>
#include <utility>
#include <vector>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::held_worker;
using support::waiters_of;

TEST(RepeatingWait, EverySignalMakesACallback_C4_C6) {
  q::thread_pool pool({.running = 2});
  q::auto_reset_event event, called;
  int calls = 0;  // plain on purpose: callbacks of one wait follow one another on changing workers
  auto wait = pool.register_wait(event, [&](q::callback_scope& s) {
    EXPECT_EQ(s.result().status, q::wait_status::signalled);
    ++calls;
    called.set();
  });
  for (int turn = 0; turn < 1000; ++turn) {
    event.set();
    ASSERT_TRUE(q::wait(called));
  }
  wait.stop();
  EXPECT_EQ(calls, 1000);
}

TEST(RepeatingWait, AManualResetEventThatStaysSetCallsBackAgainAndAgain_C6) {
  q::thread_pool pool({.running = 2});
  q::manual_reset_event event(true);
  std::atomic<int> calls{0};
  auto wait = pool.register_wait(event, [&](q::callback_scope&) { ++calls; });
  EXPECT_TRUE(eventually([&] { return calls > 100; }));
  event.reset();
  EXPECT_TRUE(eventually([&] { return waiters_of::any(event); })) << "it waits again";
  event.pulse();
  EXPECT_TRUE(eventually([&] { return waiters_of::any(event); }));
}

TEST(RepeatingWait, ALimitCallsBackEachTimeThatItPasses_C4) {
  q::thread_pool pool({.running = 1});
  const q::auto_reset_event event;
  std::atomic<int> timed_out{0};
  std::atomic<int> signalled{0};
  const auto begin = std::chrono::steady_clock::now();
  auto wait = pool.register_wait(
      event, [&](q::callback_scope& s) { ++(s.result().status == q::wait_status::timed_out ? timed_out : signalled); },
      q::repeat::until_stopped, 2ms);
  EXPECT_TRUE(eventually([&] { return timed_out >= 5; }));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 5 * 2ms) << "the limit is counted anew when a callback begins";
  wait.stop();
  EXPECT_EQ(signalled.load(), 0);
  EXPECT_FALSE(waiters_of::any(event));
}

TEST(RepeatingWait, TellsSignalsFromLimitsAndGoesOnAfterBoth_C4) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::atomic<int> timed_out{0};
  std::atomic<int> signalled{0};
  auto wait = pool.register_wait(
      event, [&](q::callback_scope& s) { ++(s.result().status == q::wait_status::timed_out ? timed_out : signalled); },
      q::repeat::until_stopped, 500us);
  for (int turn = 1; turn <= 20; ++turn) {
    const int before = timed_out;
    EXPECT_TRUE(eventually([&] { return timed_out > before; }));
    event.set();
    EXPECT_TRUE(eventually([&] { return signalled == turn; }));
  }
}

TEST(RepeatingWait, ASignalBeginsItsLimitAnew_C4) {
  using clock = std::chrono::steady_clock;
  constexpr auto limit = 100ms;
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, first, after;
  bool was_signalled = false, is_over = false;
  clock::time_point passed;
  auto wait = pool.register_wait(
      event,
      [&](q::callback_scope& s) {
        if (s.result().status == q::wait_status::signalled) {
          was_signalled = true;
        } else if (!was_signalled) {
          first.set();
        } else if (!std::exchange(is_over, true)) {
          passed = clock::now();
          after.set();
        }
      },
      q::repeat::until_stopped, limit);
  ASSERT_TRUE(q::wait_for(first, 30s));
  ASSERT_FALSE(q::wait_for(q::auto_reset_event(), limit / 2)) << "an old limit would show now";
  const auto signalled = clock::now();
  event.set();
  ASSERT_TRUE(q::wait_for(after, 30s));
  wait.stop();
  EXPECT_GE(passed - signalled, limit);
}

TEST(RepeatingWait, ALimitOfZeroCallsBackWithoutEnd_C4) {
  q::thread_pool pool({.running = 1});
  const q::auto_reset_event event;
  std::atomic<int> timed_out{0};
  auto wait = pool.register_wait(
      event, [&](q::callback_scope&) { ++timed_out; }, q::repeat::until_stopped, 0s);
  EXPECT_TRUE(eventually([&] { return timed_out > 100; }));
}

TEST(RepeatingWait, OneThatIsRegisteredForOnceDoesNotRepeatAndIsStoppedAllTheSame_C4_D1) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, called;
  std::atomic<int> calls{0};
  auto wait = pool.register_wait(
      event,
      [&](q::callback_scope&) {
        ++calls;
        called.set();
      },
      q::repeat::once, 1h);
  event.set();
  EXPECT_TRUE(q::wait(called));
  event.set();
  EXPECT_TRUE(q::try_wait(event));
  EXPECT_FALSE(q::try_wait(wait.stopped())) << "it can be armed again";
  const q::stop_result result = wait.stop();
  EXPECT_EQ(result.status, q::stop_status::stopped);
  EXPECT_EQ(result.dropped, 0u);
  EXPECT_TRUE(q::try_wait(wait.stopped()));
  EXPECT_EQ(wait.arm(event), q::arm_status::refused);
  event.set();
  EXPECT_TRUE(q::try_wait(event));
  EXPECT_EQ(calls, 1);
}

TEST(RepeatingWait, CallbacksNeverOverlap_C6) {
  q::thread_pool pool({.running = 3});
  q::manual_reset_event event(true);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> calls{0};
  auto wait = pool.register_wait(event, [&](q::callback_scope& s) {
    const int now = ++running;
    if (now > most) most = now;
    if (calls % 3 == 0) s.arm(event);  // one more fire, besides that of the repetition
    if (calls % 5 == 0) std::this_thread::yield();
    --running;
    ++calls;
  });
  EXPECT_TRUE(eventually([&] { return calls > 3000; }));
  wait.stop();
  EXPECT_EQ(most.load(), 1);
}

TEST(RepeatingWait, CallbacksOverlapWhenTheWaitIsMadeForIt_C6) {
  q::thread_pool pool({.running = 3});
  q::auto_reset_event event;
  std::latch both_run(2);
  std::atomic<int> calls{0};
  auto wait = pool.register_wait(event,
                                 [&](q::callback_scope&) {
                                   both_run.arrive_and_wait();
                                   ++calls;
                                 },
                                 q::repeat::until_stopped, q::time_limit::none(), {.name = "both", .overlap = true});
  event.set();
  ASSERT_TRUE(eventually([&] { return waiters_of::any(event); })) << "armed again while the first callback runs";
  event.set();
  EXPECT_TRUE(eventually([&] { return calls == 2; }));
  wait.stop();
}

TEST(RepeatingWait, AOneShotWaitMayOverlapToo_C6) {
  q::thread_pool pool({.running = 2});
  q::auto_reset_event event;
  std::latch both_run(2);
  std::atomic<int> calls{0};
  q::registered_wait wait(pool,
                          [&](q::callback_scope& s) {
                            if (calls++ == 0) {
                              s.arm(event);
                              event.set();
                            }
                            both_run.arrive_and_wait();
                          },
                          {.overlap = true});
  wait.arm(event);
  event.set();
  EXPECT_TRUE(eventually([&] { return calls == 2; })) << "the second begins while the first runs";
}

TEST(RepeatingWait, ASignalDuringItsCallbackIsTakenAndCallsBackAfterIt_C6) {
  q::thread_pool pool({.running = 2});
  q::auto_reset_event event;
  q::manual_reset_event go_on;
  std::atomic<int> begun{0};
  auto wait = pool.register_wait(event, [&](q::callback_scope&) {
    ++begun;
    static_cast<void>(q::wait(go_on));
  });
  event.set();
  ASSERT_TRUE(eventually([&] { return begun == 1 && waiters_of::any(event); }));
  event.set();
  EXPECT_FALSE(q::try_wait(event)) << "taken by the wait, which had armed itself when the callback began";
  event.set();
  event.set();
  EXPECT_EQ(begun.load(), 1);
  go_on.set();
  EXPECT_TRUE(eventually([&] { return begun == 3; })) << "the two sets without an arming merge into one";
  wait.stop();
  EXPECT_EQ(begun.load(), 3);
}

TEST(RepeatingWait, DisarmingEndsTheRepetitionAndWhatWasDueStillRuns_C5_D5) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::atomic<int> calls{0};
  q::auto_reset_event called;
  auto wait = pool.register_wait(event, [&](q::callback_scope&) {
    ++calls;
    called.set();
  });
  {
    held_worker worker(pool);
    event.set();
    EXPECT_FALSE(wait.disarm()) << "it had fired and not yet armed itself again";
  }
  EXPECT_TRUE(q::wait(called));
  event.set();
  EXPECT_TRUE(q::try_wait(event)) << "it did not arm itself again";
  EXPECT_EQ(wait.arm(event), q::arm_status::armed) << "arming begins the repetition anew";
  event.set();
  EXPECT_TRUE(q::wait(called));
  ASSERT_TRUE(eventually([&] { return waiters_of::any(event); }));
  EXPECT_TRUE(wait.disarm());
  EXPECT_FALSE(waiters_of::any(event));
  wait.stop();
  EXPECT_EQ(calls.load(), 2);
}

TEST(RepeatingWait, GoesOnWithTheObjectThatItsCallbackArmed_C4_C6) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event first, second, called;
  std::atomic<int> calls{0};
  auto wait = pool.register_wait(first, [&](q::callback_scope& s) {
    if (calls++ == 0) {
      EXPECT_EQ(s.arm(second), q::arm_status::replaced) << "the repetition had armed it before the callback began";
    }
    called.set();
  });
  first.set();
  EXPECT_TRUE(q::wait(called));
  first.set();
  EXPECT_TRUE(q::try_wait(first));
  for (int turn = 0; turn < 3; ++turn) {
    second.set();
    EXPECT_TRUE(q::wait(called));
  }
  wait.stop();
  EXPECT_EQ(calls.load(), 4);
}

}  // namespace
