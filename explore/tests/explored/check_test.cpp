#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <condition_variable>
#include <cstdlib>
#include <future>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "explore/explore.hpp"
#include "wait_once.hpp"

namespace {

using explore::check;
using explore::options;
using explore::report;
using explore::strategy;
using explore::verdict;

int counter;
std::map<int, int> made_global;
thread_local int own = 7;
std::atomic<int> word;

void lose_an_update() {
  word = 0;
  const auto add = [] { word.store(word.load() + 1); };
  std::thread other(add);
  add();
  other.join();
  assert(word == 2);
}

options named(const char* name) {
  options how;
  how.name = name;
  return how;
}

TEST(Check, FindsTheLostUpdateAndReplaysItFromItsSchedule) {
  const report found = check(lose_an_update, named("lost_update"));
  ASSERT_EQ(found.kind, verdict::failed_assertion) << found;
  EXPECT_NE(found.text.find("check_test.cpp"), std::string::npos) << found;
  EXPECT_NE(found.where.find("check_test.cpp:"), std::string::npos) << found.where;
  ASSERT_NE(found.schedule, "");

  options again = named("lost_update");
  again.replay = found.schedule;
  const report replayed = check(lose_an_update, again);
  EXPECT_EQ(replayed.kind, verdict::failed_assertion) << replayed;
  EXPECT_EQ(replayed.schedule, found.schedule);
  EXPECT_EQ(replayed.executions, 1U);
}

TEST(Check, EveryStrategyFindsTheLostUpdate) {
  for (const strategy each : {strategy::automatic, strategy::exhaustive, strategy::depth_first, strategy::bounded,
                              strategy::random, strategy::sampling, strategy::pos, strategy::pct}) {
    options how = named("lost_update");
    how.search = each;
    const report found = check(lose_an_update, how);
    EXPECT_EQ(found.kind, verdict::failed_assertion) << explore::name_of(each) << '\n' << found;
  }
}

TEST(Check, RefusesAScheduleThatIsNoneOrOfAnotherBuild) {
  options how = named("lost_update");
  for (const char* text : {"", "x", "q1.lost_update.zzzzzzzz.-", "q1.lost_update.00000000.-", "q1..00000000.-"}) {
    if (*text == '\0') continue;
    how.replay = text;
    EXPECT_EQ(check(lose_an_update, how).kind, verdict::bad_schedule) << text;
  }
}

TEST(Check, GlobalAndThreadLocalVariablesBeginEachExecutionAsTheyWere) {
  const report found = check(
      [] {
        assert(counter == 0);
        assert(made_global.empty());
        assert(own == 7);
        static int times = 0;
        assert(times == 0);
        times = counter = own = 1;
        made_global[1] = 2;
        std::thread other([] {
          assert(own == 7);
          own = 9;
        });
        word.fetch_add(1);
        other.join();
        assert(own == 1);
      },
      named("state"));
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_TRUE(found.complete) << found;
  EXPECT_EQ(counter, 0) << "what the program did is not seen here";
}

TEST(Check, TheCallersVariablesBeginEachExecutionAsTheyWere) {
  int local = 3;
  const report found = check(
      [&] {
        assert(local == 3);
        std::atomic<int> shared{0};
        std::thread other([&] { shared = 1; });
        local = shared.load() + 10;
        other.join();
      },
      named("locals"));
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_EQ(found.states, 2U);
  EXPECT_EQ(local, 3);
}

TEST(Check, AnUnorderedPairOfAccessesIsADataRaceThatNamesBoth) {
  const report found = check(
      [] {
        std::thread other([] { counter = 1; });
        counter = 2;
        other.join();
      },
      named("race"));
  ASSERT_EQ(found.kind, verdict::data_race) << found;
  EXPECT_NE(found.text.find("main writes 4 bytes"), std::string::npos) << found;
  EXPECT_NE(found.text.find("thread 1 writes 4 bytes"), std::string::npos) << found;
}

TEST(Check, AStateThatIsNeverReachedIsAFailureAndOneThatIsIsNot) {
  const auto program = [] {
    std::atomic<int> shared{0};
    std::thread other([&] { shared = 1; });
    explore::reach(shared == 1 ? "late" : "early");
    other.join();
  };
  options how = named("reach");
  how.must_reach = {"late", "early"};
  EXPECT_TRUE(check(program, how).passed());
  how.must_reach = {"late", "never"};
  const report found = check(program, how);
  EXPECT_EQ(found.kind, verdict::not_reached) << found;
  EXPECT_NE(found.text.find("never"), std::string::npos) << found;
}

TEST(Check, AFailureThatATestFrameworkRecordsIsAVerdict) {
  options how = named("framework");
  bool failed = false;
  how.has_failed = [&] { return failed; };
  const auto program = [&] {
    std::atomic<int> shared{0};
    std::thread other([&] { shared = 1; });
    if (shared == 1) failed = true;
    other.join();
  };
  EXPECT_EQ(check(program, how).kind, verdict::failed_assertion);
  EXPECT_FALSE(failed);
}

TEST(Check, AnExceptionThatNobodyCatchesIsAVerdictWithItsText) {
  const report found = check([] { throw std::runtime_error("no such luck"); }, named("throws"));
  EXPECT_EQ(found.kind, verdict::uncaught_exception) << found;
  EXPECT_NE(found.text.find("no such luck"), std::string::npos) << found;
}

TEST(Check, AnExceptionThatIsHandedOverIsNone) {
  const report found = check(
      [] {
        std::future<int> result = std::async(std::launch::async, []() -> int { throw std::runtime_error("taken"); });
        try {
          static_cast<void>(result.get());
          assert(false);
        } catch (const std::runtime_error&) {
        }
      },
      named("future"));
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_TRUE(found.complete) << found;
}

TEST(Check, ATimeOutIsExploredAgainstTheSignalAndNothingSleeps) {
  options how = named("time_out");
  how.must_reach = {"signalled", "timed out"};
  const report found = check(
      [] {
        std::mutex m;
        std::condition_variable c;
        bool ready = false;
        std::thread other([&] {
          const std::lock_guard hold(m);
          ready = true;
          c.notify_one();
        });
        {
          std::unique_lock hold(m);
          explore::reach(c.wait_for(hold, std::chrono::hours(10), [&] { return ready; }) ? "signalled" : "timed out");
        }
        other.join();
      },
      how);
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_TRUE(found.complete) << found;
}

TEST(Check, SpuriousWakeUpsAreMadeOnRequestAndAreNoWayOutOfADeadlock) {
  options how = named("spurious");
  EXPECT_TRUE(check(wait_once, how).passed());
  how.spurious_wake_ups = 1;
  const report found = check(wait_once, how);
  EXPECT_EQ(found.kind, verdict::failed_assertion) << found;
  EXPECT_NE(found.text.find("for no reason"), std::string::npos) << found;

  const report never_told = check(
      [] {
        std::mutex m;
        std::condition_variable c;
        std::unique_lock hold(m);
        c.wait(hold);
      },
      how);
  EXPECT_EQ(never_told.kind, verdict::blocked) << never_told;
}

void enter_alone(std::atomic<int>& mine, std::atomic<int>& other, std::atomic<int>& inside) {
  mine.store(1, std::memory_order_release);
  if (other.load(std::memory_order_acquire) == 0) assert(++inside == 1);
}

void two_flags() {
  static std::atomic<int> first, second, inside;
  std::thread thread([] { enter_alone(second, first, inside); });
  enter_alone(first, second, inside);
  thread.join();
}

TEST(Check, AStaleValueIsFoundOnRequestAndReplayedFromItsScheduleAlone) {
  EXPECT_TRUE(check(two_flags, named("flags")).complete);
  for (const strategy each : {strategy::automatic, strategy::exhaustive, strategy::depth_first, strategy::bounded,
                              strategy::random, strategy::sampling, strategy::pos, strategy::pct}) {
    options how = named("flags");
    how.search = each;
    how.memory = explore::memory_model::weak;
    const report found = check(two_flags, how);
    ASSERT_EQ(found.kind, verdict::failed_assertion) << explore::name_of(each) << '\n' << found;
    EXPECT_NE(found.text.find("-> 0 (stale, newest is 1)"), std::string::npos) << found;

    options again = named("flags");
    again.replay = found.schedule;
    const report replayed = check(two_flags, again);
    EXPECT_EQ(replayed.kind, verdict::failed_assertion) << replayed;
    EXPECT_EQ(replayed.schedule, found.schedule);
  }
}

TEST(Check, TheReportSaysWhichMemoryItHadAndHowManyStaleReads) {
  const auto program = [] {
    static std::atomic<int> first, second;
    std::thread thread([] { first = 1, static_cast<void>(second.load(std::memory_order_relaxed)); });
    second = 1, static_cast<void>(first.load(std::memory_order_relaxed));
    thread.join();
  };
  const report sequential = check(program, named("memory"));
  EXPECT_NE(sequential.text.find("not modelled: weak memory"), std::string::npos) << sequential;
  options how = named("memory");
  how.memory = explore::memory_model::weak;
  const report weak = check(program, how);
  EXPECT_TRUE(weak.complete);
  EXPECT_EQ(weak.executions, 8U);
  EXPECT_NE(weak.text.find("exhaustive, weak memory: 8 executions"), std::string::npos) << weak;
  EXPECT_NE(weak.text.find("load buffering"), std::string::npos) << weak;
  EXPECT_EQ(weak.text.find("stale reads in"), std::string::npos) << weak;
  how.stale_reads = 1;
  const report limited = check(program, how);
  EXPECT_EQ(limited.executions, 7U);
  EXPECT_NE(limited.text.find("complete with at most 1 stale reads in an execution"), std::string::npos) << limited;
}

TEST(Check, ALimitOfExecutionsIsToldAndIsNotComplete) {
  options how = named("budget");
  how.search = strategy::depth_first;
  how.executions = 3;
  const report found = check(
      [] {
        std::atomic<int> shared{0};
        std::thread a([&] { ++shared; });
        std::thread b([&] { ++shared; });
        a.join();
        b.join();
      },
      how);
  EXPECT_TRUE(found.passed());
  EXPECT_FALSE(found.complete);
  EXPECT_TRUE(found.out_of_budget);
  EXPECT_EQ(found.executions, 3U);
  EXPECT_NE(found.text.find("not complete"), std::string::npos) << found;
}

// Where the processor's thread base cannot be changed, each logical thread has an OS thread of its own.
TEST(Check, WithAnOsThreadForEachThreadTheAnswersAreTheSame) {
  const auto right = [] {
    std::mutex m;
    int sum = 0;
    const auto add = [&] {
      const std::lock_guard hold(m);
      sum += own;
    };
    std::thread a(add);
    std::thread b(add);
    std::thread c(add);
    a.join();
    b.join();
    c.join();
    assert(sum == 21);
  };
  const report by_fibers = check(right, named("right"));
  const report wrong_by_fibers = check(lose_an_update, named("wrong"));
  ::setenv("QUIESCE_EXPLORE_BY_THREADS", "1", 1);
  const report by_threads = check(right, named("right"));
  const report wrong_by_threads = check(lose_an_update, named("wrong"));
  ::unsetenv("QUIESCE_EXPLORE_BY_THREADS");
  EXPECT_TRUE(by_threads.passed()) << by_threads;
  EXPECT_TRUE(by_threads.complete) << by_threads;
  EXPECT_EQ(by_threads.executions, by_fibers.executions);
  EXPECT_EQ(by_threads.digest, by_fibers.digest);
  EXPECT_EQ(wrong_by_threads.kind, verdict::failed_assertion) << wrong_by_threads;
  EXPECT_EQ(wrong_by_threads.schedule, wrong_by_fibers.schedule);
}

TEST(Check, AStopInADebuggerWritesNoFiles) {
  for (std::string options::*file : {&options::json, &options::html}) {
    options how = named("wrong");
    how.replay = "q1.wrong.0.a";
    how.break_at = 1;
    how.*file = ::testing::TempDir() + "never_written";
    const report found = check(lose_an_update, how);
    EXPECT_EQ(found.kind, verdict::bad_schedule);
    EXPECT_NE(found.text.find("no report is written"), std::string::npos) << found;
    EXPECT_NE(::access((how.*file).c_str(), F_OK), 0);
  }
}

}  // namespace
