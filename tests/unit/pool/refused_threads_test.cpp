// What a pool does without a thread that the system refuses it.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <atomic>
#include <string>
#include <system_error>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/pool_work.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/held_call.hpp"
#include "support/in_child.hpp"
#include "support/limited_pool.hpp"
#include "support/refused_call.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::limited_pool;

std::string block_without_another_thread() {
  std::string text;
  q::manual_reset_event go_on, second_ran;
  std::atomic<bool> is_refused{false};
  limited_pool pool(support::limited_settings(1, 8));
  pool.post([&] {
    is_refused = support::refuse_call(SYS_clone3, EAGAIN) && support::refuse_call(SYS_clone, EAGAIN);  // to this thread
    static_cast<void>(q::wait(go_on));
  });
  pool.post([&] { second_ran.set(); });
  if (!eventually([&] { return pool.counts().waiting == 1; })) text += "does not block, ";
  if (!is_refused) text += "no filter, ";
  if (!pool.comes_to(1)) text += "counts a thread that is not there, ";
  go_on.set();
  if (!q::wait_for(second_ran, 30s)) text += "hangs, ";
  return text + "done";
}

// The only worker stops what is due, and the thread that could run it is refused only when the worker waits already.
std::string stop_without_another_thread() {
  q::thread_pool pool({.running = 1, .maximum = 8});
  q::auto_reset_event done;
  bool is_refused = false;
  std::atomic<bool> ran{false};
  q::stop_result result{};
  q::pool_work work(pool, [&] { ran = true; });
  pool.post([&] {
    work.submit();
    is_refused = support::refuse_call(SYS_clone3, EAGAIN) && support::refuse_call(SYS_clone, EAGAIN);  // to this thread
    result = work.stop_for(30s);
    done.set();
  });
  if (!q::wait_for(done, 60s)) return "hangs";
  if (!is_refused) return "no filter";
  return std::to_string(result.dropped) + (ran ? " taken back, ran" : " taken back");
}

// The text says what was refused. The thread that keeps limits is there already.
std::string make_without_another_thread() {
  std::string text;
  q::thread_pool pool({.running = 1});
  if (!support::refuse_call(SYS_clone3, EAGAIN) || !support::refuse_call(SYS_clone, EAGAIN)) return "no filter";
  const auto attempt = [&](const char* what, auto call) {
    try {
      call();
    } catch (const std::system_error& refused) {
      if (refused.code() == std::errc::resource_unavailable_try_again) text += what;
    }
  };
  attempt("pool, ", [] { const q::thread_pool another({.running = 2}); });
  attempt("post, ", [&] { pool.post([] {}, q::run_on::persistent_thread); });
  attempt("wait, ",
          [&] { const q::registered_wait wait(pool, [](auto&) {}, {.where = q::run_on::persistent_thread}); });
  bool ran = false;
  pool.post([&] { ran = true; });
  pool.stop();
  return text + (ran ? "ran" : "did not run");
}

TEST(RefusedThreads, AThreadThatTheSystemRefusesAtOnceIsAnErrorAndThePoolThatIsThereGoesOn_C2_J4) {
  EXPECT_EQ(support::in_child(make_without_another_thread), "pool, post, wait, ran");
}

TEST(RefusedThreads, WhatIsDueIsTakenBackFromAStopWhenTheSystemRefusesTheThreadThatCouldRunIt_C8_D3) {
  EXPECT_EQ(support::in_child(stop_without_another_thread), "1 taken back");
}

TEST(RefusedThreads, AThreadThatTheSystemRefusesIsDoneWithout_C8_J4) {
  EXPECT_EQ(support::in_child(block_without_another_thread), "done");
}

// Of its own thread, which is the only one.
std::string run_long_without_another_thread() {
  std::string text;
  limited_pool pool(support::limited_settings(1, 8));
  q::pool_core& core = pool.core();
  q::manual_reset_event ended;
  pool.post([&] {
    if (!support::refuse_call(SYS_clone3, EAGAIN) || !support::refuse_call(SYS_clone, EAGAIN)) text += "no filter, ";
    if (core.may_run_long()) text += "says that another one is there, ";
    const q::pool_counts counts = core.counts();
    if (counts.running != 1 || counts.waiting != 0) text += "does not count as running, ";
    ended.set();
  });
  if (!q::wait_for(ended, 30s)) return "hangs";
  return text + "done";
}

TEST(RefusedThreads, ACallbackThatDeclaresToRunLongIsToldSoAndGoesOnCountingAsRunning_C8_J4) {
  EXPECT_EQ(support::in_child(run_long_without_another_thread), "done");
}

// While the second callback, which blocks, is starting a thread in its place, the first one ends: its thread turns idle,
// and counts on the one that is being started.
std::string turn_idle_before_another_is_refused() {
  limited_pool pool(support::limited_settings(1, 3));
  q::manual_reset_event first_goes_on, second_goes_on, third_ran, is_filtered;
  support::held_thread_start start;
  pool.post([&] { static_cast<void>(q::wait(first_goes_on)); });
  if (!pool.comes_to(2)) return "nobody stands in for the first";
  pool.post([&] {
    if (start.begin()) is_filtered.set();
    static_cast<void>(q::wait(second_goes_on));
  });
  if (!q::wait_for(is_filtered, 30s)) return "no filter";
  if (!start.is_held()) return "starts no thread";
  first_goes_on.set();
  if (!eventually([&] { return pool.counts().running == 0 && pool.counts().waiting == 1; })) return "not idle";
  pool.post([&] { third_ran.set(); });
  if (q::try_wait(third_ran)) return "the thread that is being started is not counted on";
  if (!start.refuse(EAGAIN)) return "not refused";
  const bool ran{q::wait_for(third_ran, 30s)};
  second_goes_on.set();
  return ran ? "done" : "hangs";
}

TEST(RefusedThreads, WhoTurnedIdleWhileOneWasBeingStartedIsWokenForWhatWasToBeItsWork_C8_J4) {
  EXPECT_EQ(support::in_child(turn_idle_before_another_is_refused), "done");
}

}  // namespace
