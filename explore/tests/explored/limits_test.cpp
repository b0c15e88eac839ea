// What a report says of that which a search has left out.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "explore/explore.hpp"

namespace {

using explore::check;
using explore::options;
using explore::report;
using explore::strategy;
using explore::verdict;

options named(const char* name, strategy by, std::uint64_t executions = 10'000'000) {
  options how;
  how.name = name;
  how.search = by;
  how.executions = executions;
  return how;
}

class wake_up_call {
 public:
  void ring() { change(+1); }
  void end() { change(over); }
  void wait_until_over() {
    std::unique_lock hold(mutex_);
    for (int seen = 0; seen != over; seen = rung_) {
      told_.wait(hold, [&] { return rung_ != seen; });
    }
  }

 private:
  static constexpr int over = -1;
  void change(int by) {
    const std::lock_guard hold(mutex_);
    rung_ = by == over ? over : rung_ + by;
    told_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable told_;
  int rung_ = 0;
};

void look_at_each_other() {
  static std::atomic<int> first, second;
  std::thread thread([] { first = 1, static_cast<void>(second.load(std::memory_order_relaxed)); });
  second = 1, static_cast<void>(first.load(std::memory_order_relaxed));
  thread.join();
}

void time_out_often() {
  std::mutex mutex;
  std::condition_variable told;
  std::atomic<int> count{0};
  std::thread other([&] {
    for (int i = 0; i < 60; ++i) ++count;
  });
  for (int i = 0; i < 6; ++i) {
    std::unique_lock hold(mutex);
    static_cast<void>(told.wait_for(hold, std::chrono::milliseconds(1)));
  }
  other.join();
}

void wait_for_a_flag() {
  std::atomic<bool> ready{false};
  std::thread other([&] { ready = true; });
  while (!ready) {
  }
  other.join();
}

// The loop changes something in each round: it is not taken for one that waits.
template <int Others>
void count_until_told() {
  std::atomic<int> told{0};
  std::atomic<int> count{0};
  std::vector<std::thread> others;
  for (int i = 0; i < Others; ++i) others.emplace_back([&] { ++told; });
  while (told != Others) ++count;
  for (std::thread& each : others) each.join();
}

// Thread 1 can go on each time when main has had its turn, and waits again soon.
void wake_one_until_told_by_another() {
  std::atomic<bool> told{false};
  std::atomic<int> count{0};
  wake_up_call call;
  std::thread sleeper([&] { call.wait_until_over(); });
  std::thread teller([&] { told = true; });
  while (!told) {
    if (++count % 4 == 0) call.ring();
  }
  call.end();
  sleeper.join();
  teller.join();
}

// The last one tells all others, which never wait.
void wait_for_the_last_of_eight() {
  std::atomic<bool> told{false};
  std::atomic<int> count{0};
  std::vector<std::thread> others;
  for (int i = 0; i < 6; ++i) {
    others.emplace_back([&] {
      while (!told) ++count;
    });
  }
  others.emplace_back([&] { told = true; });
  while (!told) ++count;
  for (std::thread& each : others) each.join();
}

// Whoever has worked before the others came is not behind them.
void work_and_let_ten_wait() {
  std::atomic<bool> told{false};
  std::atomic<int> count{0};
  for (int i = 0; i < 200; ++i) ++count;
  std::vector<std::thread> others;
  for (int i = 0; i < 10; ++i) {
    others.emplace_back([&] {
      while (!told) ++count;
    });
  }
  for (int i = 0; i < 20; ++i) ++count;
  told = true;
  for (std::thread& each : others) each.join();
}

// The lock is free at one step of some, which may not be one at which main would give way.
unsigned steps_under_the_lock;
void look_under_a_lock_until_told() {
  std::mutex mutex;
  std::atomic<int> count{0};
  bool told = false;
  std::thread other([&] {
    const std::lock_guard hold(mutex);
    told = true;
  });
  for (bool seen = false; !seen;) {
    const std::lock_guard hold(mutex);
    for (unsigned i = 0; i < steps_under_the_lock; ++i) ++count;
    seen = told;
  }
  other.join();
}

void spin_for_ever() {
  std::atomic<bool> never{false};
  const auto wait = [&] {
    while (!never) {
    }
  };
  std::thread other(wait);
  wait();
}

template <int Others>
void count_for_ever() {
  std::atomic<int> count{0};
  const auto add = [&] {
    for (;;) ++count;
  };
  std::vector<std::thread> others;
  for (int i = 0; i < Others; ++i) others.emplace_back(add);
  add();
}

void free_and_take_often() {
  for (int i = 0; i < 4; ++i) {
    int* volatile const made = new int(i);  // or the compiler leaves both out
    delete made;
  }
}

void add_in_two_threads() {
  std::atomic<int> count{0};
  const auto add = [&] {
    for (int i = 0; i < 4; ++i) ++count;
  };
  std::thread other(add);
  add();
  other.join();
}

bool contains(const report& found, const std::string& part) { return found.text.find(part) != std::string::npos; }

}  // namespace

TEST(Limits, OfStaleReadsAreToldBySearchesByLot) {
  for (const strategy each : {strategy::sampling, strategy::pos, strategy::pct, strategy::random}) {
    options how = named("stale", each, 300);
    how.memory = explore::memory_model::weak;
    how.stale_reads = 1;
    const report found = check(look_at_each_other, how);
    EXPECT_TRUE(
        contains(found, ", not complete: out of time or executions, and with at most 1 stale reads in an execution\n"))
        << found;
    how.stale_reads = 2;
    EXPECT_FALSE(contains(check(look_at_each_other, how), "at most")) << "it was not met";
  }
}

TEST(Limits, OfTimeOutsAreToldByASearchThatRunsOut) {
  const report found = check(time_out_often, named("late", strategy::random, 300));
  EXPECT_TRUE(contains(found, ", and with at most 3 early time-outs of a thread")) << found;
}

TEST(Limits, OfRepetitionsAreToldByABoundedSearch) {
  options how = named("flag", strategy::bounded);
  how.deviations = 1;
  const report found = check(wait_for_a_flag, how);
  ASSERT_FALSE(found.complete) << found;
  EXPECT_TRUE(contains(found, ", not complete, and with at most 2 repetitions of a read that finds nothing new"))
      << found;
}

TEST(Limits, AnExecutionDoesNotEndWithoutThoseWhoCouldGoOn) {
  for (const unsigned steps : {300, 500, 5'000, 10'000}) {
    const auto expect_end = [&](void (*program)()) {
      options how = named("told", strategy::bounded);
      how.deviations = 0;
      how.steps = steps;
      const report found = check(program, how);
      EXPECT_TRUE(found.passed()) << steps << found;
      EXPECT_FALSE(contains(found, "ended by the limit")) << steps << found;
    };
    for (void (*const program)() :
         {count_until_told<1>, count_until_told<2>, wait_for_the_last_of_eight, wake_one_until_told_by_another}) {
      expect_end(program);
    }
    for (steps_under_the_lock = 0; steps_under_the_lock < 5; ++steps_under_the_lock) {
      expect_end(look_under_a_lock_until_told);
    }
  }
}

TEST(Limits, WhoHasWorkedBeforeTheOthersCameIsNotBehindThem) {
  options how = named("worked", strategy::bounded);
  how.deviations = 0;
  how.steps = 1'000;
  const report found = check(work_and_let_ten_wait, how);
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_FALSE(contains(found, "ended by the limit")) << found;
}

TEST(Limits, WhoIsKeptFromGoingOnByLotIsNoReasonForAnAlarm) {
  options how = named("told", strategy::pct, 2'000);
  how.steps = 100;
  for (void (*const program)() : {count_until_told<1>, count_until_told<2>}) {
    const report found = check(program, how);
    EXPECT_TRUE(found.passed()) << found;
    EXPECT_TRUE(contains(found, "ended by the limit of")) << found;
  }
  how.steps = 400;
  how.depth = 1;  // whoever begins as the first remains it
  const report of_ten = check(count_until_told<9>, how);
  EXPECT_TRUE(of_ten.passed()) << of_ten;
  EXPECT_TRUE(contains(of_ten, "ended by the limit of")) << of_ten;
}

TEST(Limits, WhoCouldGoOnForAMomentOnlyIsKeptAllTheTime) {
  unsigned cut_off = 0;
  for (steps_under_the_lock = 20; steps_under_the_lock < 60; ++steps_under_the_lock) {
    options how = named("held", strategy::bounded);
    how.deviations = 0;
    how.steps = 1'000;
    const report found = check(look_under_a_lock_until_told, how);
    EXPECT_TRUE(found.passed()) << steps_under_the_lock << found;
    cut_off += contains(found, "ended by the limit") ? 1U : 0U;
  }
  EXPECT_GT(cut_off, 0U) << "it was not met";
}

TEST(Limits, TwoThatSpinForEverAreFoundThoughTheLimitComesBeforeTheirPatienceEnds) {
  options how = named("spin", strategy::exhaustive, 1'000);
  how.steps = 100;
  const report found = check(spin_for_ever, how);
  EXPECT_TRUE(found.kind == verdict::step_limit || found.kind == verdict::livelock) << found;
}

// But not by that of priorities, which keeps the others from going on.
TEST(Limits, AProgramWithoutAnEndIsFoundByEachSearchThatLetsAllGoOn) {
  for (const strategy each : {strategy::exhaustive, strategy::depth_first, strategy::bounded, strategy::sampling,
                              strategy::pos, strategy::random}) {
    options how = named("endless", each, 1'000);
    how.steps = 200;
    for (void (*const program)() :
         {count_for_ever<1>, count_for_ever<2>, count_for_ever<3>, count_for_ever<7>, count_for_ever<15>}) {
      EXPECT_EQ(check(program, how).kind, verdict::step_limit) << explore::name_of(each);
    }
  }
}

TEST(Limits, OfReuseAreToldBySearchesByLot) {
  options how = named("reuse", strategy::random, 200);
  how.reuse = 1;
  const report found = check(free_and_take_often, how);
  EXPECT_TRUE(contains(found, ", and with at most 1 uses of freed memory in an execution")) << found;
}

TEST(Limits, ABoundedSearchClaimsOnlyTheDeviationsThatItHasComeToTheEndOf) {
  options how = named("bounded", strategy::bounded, 2);
  const report repeated = check(add_in_two_threads, how);  // the second begins like the first
  EXPECT_TRUE(contains(repeated, ", up to 0 deviations, not complete: out of time or executions\n")) << repeated;
  how.executions = 3;
  const report cut = check(add_in_two_threads, how);
  EXPECT_TRUE(contains(cut, ", up to 0 deviations, some with 1, not complete: out of time or executions\n")) << cut;
  how.executions = 10'000'000;
  how.deviations = 1;
  const report ended = check(add_in_two_threads, how);
  EXPECT_TRUE(contains(ended, ", up to 1 deviation, not complete\n")) << ended;
}

TEST(Limits, AThreadThatEndsTheProcessUnderTheOthersIsTheReasonWhyASearchIsNotComplete) {
  const report found = check(
      [] {
        std::atomic<int> count{0};
        std::thread other([] { std::exit(0); });
        ++count;
        other.join();
      },
      named("exit", strategy::exhaustive));
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_FALSE(found.complete);
  EXPECT_TRUE(contains(found,
                       ", not complete: another thread than the first one ended the process, and what the others "
                       "would have done is left out\n"))
      << found;
}
