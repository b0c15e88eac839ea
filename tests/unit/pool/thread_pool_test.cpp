#include "quiesce/thread_pool.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "os/affinity.hpp"
#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/pool_timer.hpp"
#include "quiesce/pool_work.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/in_child.hpp"
#include "support/noted_thread.hpp"
#include "support/process_state.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::count_threads;
using support::eventually;

TEST(ThreadPool, OneWorkerRunsWhatIsPostedInOrder_C1) {
  std::vector<int> ran;
  {
    q::thread_pool pool({.running = 1});
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(pool.post([&ran, i] { ran.push_back(i); }), q::post_status::queued);
  }
  ASSERT_EQ(ran.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(ran[static_cast<std::size_t>(i)], i);
}

// boostorg/asio#207, rippled#7438: what was posted ran at once, under the lock of whoever posted it.
TEST(ThreadPool, NeverRunsAFunctionInsideThePost_C1) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event done;
  std::thread::id outside, nested;
  bool posting = false;
  bool ran_inside = false;
  pool.post([&] {
    outside = std::this_thread::get_id();
    posting = true;
    pool.post([&] {
      ran_inside = posting;
      nested = std::this_thread::get_id();
      done.set();
    });
    posting = false;
  });
  EXPECT_TRUE(q::wait(done));
  EXPECT_NE(outside, std::this_thread::get_id());
  EXPECT_EQ(nested, outside);
  EXPECT_FALSE(ran_inside);
}

TEST(ThreadPool, RunsAsManyFunctionsAtOnceAsItWasAskedFor) {
  q::thread_pool pool({.running = 3});
  std::latch all_run(3);
  std::atomic<int> ran{0};
  for (int i = 0; i < 3; ++i) {
    pool.post([&] {
      all_run.arrive_and_wait();
      ++ran;
    });
  }
  pool.stop();
  EXPECT_EQ(ran.load(), 3);
}

TEST(ThreadPool, DestroysAFunctionThatHasRunBeforeItHasStopped_D1) {
  const auto captured = std::make_shared<int>();
  q::thread_pool pool;
  for (int i = 0; i < 100; ++i) pool.post([captured] {});
  pool.stop();
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(ThreadPool, RefusesAFunctionAfterAStopAndDestroysItWithoutRunningIt_D1) {
  q::thread_pool pool;
  pool.stop();
  const auto captured = std::make_shared<bool>(false);
  EXPECT_EQ(pool.post([captured] { *captured = true; }), q::post_status::refused);
  EXPECT_EQ(captured.use_count(), 1);
  EXPECT_FALSE(*captured);
}

TEST(ThreadPool, WhatWasDoneBeforeThePostIsSeenByTheFunctionAndWhatItDidAfterTheStop_D5) {
  int shared = 0;  // plain on purpose: the thread sanitizer sees whether it is ordered
  q::thread_pool pool({.running = 1});
  ++shared;
  pool.post([&] {
    ++shared;
    pool.post([&] { ++shared; });
  });
  q::auto_reset_event reached;
  pool.post([&] { reached.set(); });
  EXPECT_TRUE(q::wait(reached)) << "now the first function has posted another one";
  pool.stop();
  EXPECT_EQ(shared, 3);
}

TEST(ThreadPool, WhatHasAHigherPriorityBeginsFirst_C9) {
  q::thread_pool pool({.running = 1});
  std::string ran;
  {
    support::held_worker worker(pool);
    for (const char name : {'1', '2'}) pool.post([&ran, name] { ran += name; }, q::run_on::worker, q::priority::low);
    for (const char name : {'a', 'b'}) pool.post([&ran, name] { ran += name; });
    for (const char name : {'A', 'B'}) pool.post([&ran, name] { ran += name; }, q::run_on::worker, q::priority::high);
  }
  pool.stop();
  EXPECT_EQ(ran, "ABab12");
}

TEST(ThreadPool, TheCallbacksOfAWaitBeginByItsPriority_C9) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::string ran;
  q::registered_wait low(pool, [&](q::callback_scope&) { ran += 'l'; }, {.level = q::priority::low});
  q::registered_wait high(pool, [&](q::callback_scope&) { ran += 'h'; }, {.level = q::priority::high});
  {
    support::held_worker worker(pool);
    low.arm(event);
    event.set();
    pool.post([&] { ran += 'n'; });
    high.arm(event);
    event.set();
  }
  pool.stop();
  EXPECT_EQ(ran, "hnl");
}

TEST(ThreadPool, TheCallbacksOfWorksAndTimersBeginByTheirPriority_C9) {
  q::thread_pool pool({.running = 1});
  std::string ran;
  q::pool_work low(pool, [&] { ran += 'l'; }, {.level = q::priority::low});
  q::pool_timer high(pool, [&] { ran += 'h'; }, {.level = q::priority::high});
  q::pool_work highest(pool, [&] { ran += 'w'; }, {.level = q::priority::high});
  q::pool_timer lowest(pool, [&] { ran += 't'; }, {.level = q::priority::low});
  {
    support::held_worker worker(pool);
    low.submit();
    lowest.set(0s);
    ASSERT_TRUE(eventually([&] { return lowest.in_flight().size() == 1; }));
    pool.post([&] { ran += 'n'; });
    high.set(0s);
    ASSERT_TRUE(eventually([&] { return high.in_flight().size() == 1 && pool.counts().queued == 4; }));
    highest.submit();
  }
  pool.stop();
  EXPECT_EQ(ran, "hwnlt");
}

TEST(ThreadPool, WhatIsLowIsNotHeldUpForEverByWhatIsHigh_C9) {
  std::atomic<bool> low_ran{false};
  q::thread_pool pool({.running = 1});
  // A wait that never lets the queue of its level become empty.
  const q::manual_reset_event always(true);
  auto busy = pool.register_wait(always, [](q::callback_scope&) {}, q::repeat::until_stopped, q::time_limit::none(),
                                 {.level = q::priority::high});
  pool.post([&] { low_ran = true; }, q::run_on::worker, q::priority::low);
  EXPECT_TRUE(eventually([&] { return low_ran.load(); }));
}

TEST(ThreadPool, TellsAtAnyTimeWhatItHolds_C13) {
  q::manual_reset_event go_on;
  q::thread_pool pool({.running = 2, .maximum = 3});
  const auto are = [&](std::size_t queued, std::size_t running, std::size_t waiting, std::size_t threads) {
    return eventually([&] {
      const q::pool_counts now = pool.counts();
      return now.queued == queued && now.running == running && now.waiting == waiting && now.threads == threads;
    });
  };
  EXPECT_TRUE(are(0, 0, 0, 2));
  pool.post([&] { static_cast<void>(q::wait(go_on)); });
  EXPECT_TRUE(are(0, 0, 1, 2));
  {
    support::held_worker first(pool), second(pool);
    EXPECT_TRUE(are(0, 2, 1, 3));
    for (int i = 0; i < 5; ++i) pool.post([] {});
    pool.post([&] { static_cast<void>(q::wait(go_on)); }, q::run_on::persistent_thread);
    EXPECT_TRUE(are(5, 2, 2, 4));
  }
  EXPECT_TRUE(are(0, 0, 2, 4));
  go_on.set();
  EXPECT_TRUE(are(0, 0, 0, 4));
  std::promise<void> end;
  pool.post([ended = end.get_future()] { ended.wait(); }, q::run_on::persistent_thread);
  EXPECT_TRUE(are(0, 1, 0, 4));
  end.set_value();
  pool.stop();
  EXPECT_TRUE(are(0, 0, 0, 0));
}

TEST(ThreadPool, EveryFunctionRunsOrFailsOnceOrIsRefused_C13) {
  std::array<std::atomic<int>, 300> ran{};
  std::array<bool, 300> was_accepted{};
  std::atomic<int> failed{0};
  q::thread_pool pool(
      {.running = 2, .exceptions = q::on_exception::handler, .handler = [&](const std::exception_ptr&) { ++failed; }});
  for (std::size_t i = 0; i < 300; ++i) {
    if (i == 290) pool.request_stop();
    const auto work = [&ran, i] {
      ++ran[i];
      if (i % 3 == 0) throw i;
    };
    was_accepted[i] =
        pool.post(work, i % 2 == 0 ? q::run_on::worker : q::run_on::persistent_thread) == q::post_status::queued;
  }
  pool.stop();
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(was_accepted[i], i < 290) << i;
    EXPECT_EQ(ran[i].load(), was_accepted[i] ? 1 : 0) << i;
  }
  EXPECT_EQ(failed.load(), 97);
}

// taskflow#385, oneTBB#1832: pools that lived until the end of the process hung or crashed there.
TEST(ThreadPool, ADestructorOfAStaticOneEndsTheProcessCleanlyAndSoDoesOneThatIsLeaked_J1) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto leave_one_to_the_end = [] {
    static q::auto_reset_event event;
    static q::thread_pool pool({.running = 2});
    static q::registered_wait wait = pool.register_wait(event, [](q::callback_scope&) {});
    for (int i = 0; i < 100; ++i) pool.post([] {});
    event.set();
    std::exit(0);
  };
  const auto leak_one = [] {
    static auto* const pool = new q::thread_pool({.running = 2});
    for (int i = 0; i < 100; ++i) pool->post([] {});
    std::exit(0);
  };
  EXPECT_EXIT(leave_one_to_the_end(), testing::ExitedWithCode(0), "^$");
  EXPECT_EXIT(leak_one(), testing::ExitedWithCode(0), "^$");
}

TEST(ThreadPool, EventsAndWaitsStartNoThread_J1) {
  const std::size_t before = count_threads();
  q::auto_reset_event event;
  EXPECT_FALSE(q::wait_for(event, 1ms));
  event.set();
  EXPECT_TRUE(q::wait(event));
  EXPECT_EQ(count_threads(), before);
}

TEST(ThreadPool, PoolsShareOneThreadForLimitsAndLeaveNoneBehind_C3_J3) {
  const std::size_t before = count_threads();
  {
    const q::thread_pool first({.running = 2});
    EXPECT_TRUE(eventually([&] { return count_threads() == before + 2 + 1; }));
    const q::thread_pool second({.running = 1});
    EXPECT_TRUE(eventually([&] { return count_threads() == before + 3 + 1; }));
  }
  // The kernel lists a thread for some instants more than join() waits for.
  EXPECT_TRUE(eventually([&] { return count_threads() == before; }));
}

TEST(ThreadPool, LeavesNoDescriptorBehind_J3) {
  const std::size_t before = support::count_descriptors();
  for (int i = 0; i < 3; ++i) q::thread_pool({.running = 1});
  EXPECT_EQ(support::count_descriptors(), before);
}

TEST(ThreadPool, HasByDefaultAWorkerForEachProcessorItMayUse_C12) {
  const q::thread_pool pool;
  EXPECT_TRUE(eventually([] { return support::threads_named("quiesce").size() == q::os::usable_processors(); }));
}

TEST(ThreadPool, ItsWorkersCarryItsName_J3) {
  const q::thread_pool shortly({.name = "sorting", .running = 2});
  const q::thread_pool at_length({.name = "a name of more than 15", .running = 1});
  EXPECT_TRUE(eventually([] { return support::threads_named("sorting").size() == 2; }));
  EXPECT_TRUE(eventually([] { return support::threads_named("a name of more ").size() == 1; }));
}

TEST(ThreadPool, ItsThreadsBlockAllSignalsButTheSynchronousOnes_J3) {
  const q::thread_pool pool({.name = "signals", .running = 2});
  ASSERT_TRUE(eventually([] { return support::threads_named("signals").size() == 2; }));
  ASSERT_TRUE(eventually([] { return support::threads_named("quiesce-reactor").size() == 1; }));
  auto of_the_library = support::threads_named("signals");
  of_the_library.push_back(support::threads_named("quiesce-reactor").front());
  for (const auto& thread : of_the_library) {
    const auto is_blocked = [&](int signal) { return (thread.blocked_signals >> (signal - 1) & 1) != 0; };
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD, SIGTSTP,
                             SIGURG, SIGWINCH, SIGIO, SIGPROF, SIGVTALRM, SIGXCPU, SIGRTMIN, SIGRTMAX}) {
      EXPECT_TRUE(is_blocked(signal)) << thread.name << ": " << signal;
    }
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) {
      EXPECT_FALSE(is_blocked(signal)) << thread.name << ": " << signal;
    }
  }
}

// The text says how often the pool was refused until it was made, and what was wrong with a refusal.
std::string make_with_ever_more_descriptors() {
  // The sanitizer that checks the type of an object needs descriptors the first time that it sees the type. So it is shown all
  // of them: those of a stop that waits, too.
  std::string text;
  {
    support::noted_thread stopping;
    stopping.is_this_one();
    q::thread_pool seen({.running = 2});
    seen.post([&] {
      if (!stopping.comes_to_wait()) text = "the stop did not wait ";
    });
  }
  const std::size_t before = support::count_descriptors();
  for (rlim_t limit = 0; limit < 1000; ++limit) {
    std::optional<std::system_error> refusal;
    try {
      const support::descriptor_limit few(limit);
      const q::thread_pool pool({.running = 2});
    } catch (const std::system_error& error) {
      refusal = error;
    }
    if (!refusal) return text + " made";
    if (refusal->code() != std::errc::too_many_files_open) text += refusal->what();
    if (support::count_descriptors() != before) text += " left descriptors";
    if (!eventually([] { return support::threads_named("quiesce").empty(); })) text += " left threads";
    text += ".";
  }
  return text;
}

TEST(ThreadPool, TellsWhenThereIsNoDescriptorForItAndLeavesNothingBehind_J4) {
  const std::string text = support::in_child(make_with_ever_more_descriptors);
  EXPECT_TRUE(text.starts_with("....")) << text;
  EXPECT_EQ(text.find_first_not_of('.'), text.find(" made")) << text;
  EXPECT_TRUE(text.ends_with(". made")) << text;
}

}  // namespace
