/// Explorations that several processes share.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cores.hpp"
#include "explore/explore.hpp"

namespace {

using explore::check;
using explore::options;
using explore::report;
using explore::strategy;
using explore::verdict;

options shared_by(std::uint32_t jobs, strategy by) {
  options how;
  how.name = "shared";
  how.search = by;
  how.jobs = jobs;
  how.time = std::chrono::milliseconds(60'000);
  return how;
}

/// While it lives, workers begin at the same time, however small the program is.
struct together {
  together() { ::setenv("QUIESCE_EXPLORE_TOGETHER", "", 1); }
  together(const together&) = delete;
  together& operator=(const together&) = delete;
  ~together() { ::unsetenv("QUIESCE_EXPLORE_TOGETHER"); }
};

constexpr std::array strategies = {strategy::exhaustive, strategy::depth_first, strategy::random,
                                   strategy::sampling,   strategy::pos,         strategy::pct};

void run_all(unsigned count, const std::function<void(unsigned)>& thread) {
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (unsigned i = 0; i < count; ++i) threads.emplace_back([&thread, i] { thread(i); });
  for (std::thread& each : threads) each.join();
}

void lose_updates(unsigned threads) {
  std::atomic<unsigned> x{0};
  run_all(threads, [&](unsigned) { x = x + 1; });
}

TEST(Workers, ShareAnExplorationAndTheirNumbersAreSums) {
  const together begun;
  const report alone = check([] { lose_updates(5); }, shared_by(1, strategy::exhaustive));
  ASSERT_TRUE(alone.complete) << alone;
  EXPECT_EQ(alone.text.find("workers"), std::string::npos) << alone;
  for (const std::uint32_t jobs : {2U, 3U, 8U}) {
    const report found = check([] { lose_updates(5); }, shared_by(jobs, strategy::exhaustive));
    EXPECT_TRUE(found.passed()) << found;
    EXPECT_TRUE(found.complete) << found;
    EXPECT_EQ(found.executions, alone.executions);
    EXPECT_EQ(found.states, alone.states);
    EXPECT_EQ(found.digest, alone.digest);
    EXPECT_NE(found.text.find("by " + std::to_string(jobs) + " workers"), std::string::npos) << found;
  }
}

TEST(Workers, AreNotBegunForASearchThatEndsSoon) {
  const auto program = [] {  // long enough for its parent to look how far it is
    for (unsigned i = explore::choose(25) + 200'000; i != 0; --i) asm volatile("" ::: "memory");
    lose_updates(3);
  };
  const report found = check(program, shared_by(3, strategy::exhaustive));
  EXPECT_TRUE(found.complete) << found;
  EXPECT_EQ(found.executions, 900U);
  EXPECT_EQ(found.text.find("workers"), std::string::npos) << found;
}

TEST(Workers, JoinASearchThatGoesOn) {
  options how = shared_by(2, strategy::exhaustive);
  how.executions = 30'000;
  const report found = check([] { lose_updates(7); }, how);
  EXPECT_NE(found.text.find("by 2 workers"), std::string::npos) << found;
}

// By a user who has no other process and may have so many. Ends this one, which is not root's any more: with 0 if all is
// well. The program has no threads, which may count as processes, too.
[[noreturn]] void explore_with_few_processes(rlim_t most) {
  const uid_t somebody = 1'000'000'000 + static_cast<uid_t>(::getpid());
  const rlimit limit{.rlim_cur = most, .rlim_max = most};
  if (::setrlimit(RLIMIT_NPROC, &limit) != 0 || ::setuid(somebody) != 0) ::_exit(2);
  const auto program = [] {
    for (unsigned i = 0; i < 8; ++i) explore::choose(4);
  };
  const report found = check(program, shared_by(3, strategy::exhaustive));
  std::fputs(found.text.c_str(), stderr);
  ::_exit(found.complete && found.executions == 65'536 ? 0 : 1);
}

TEST(Workers, AreFewerIfThereAreNotAsManyProcesses) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can become a user who has no other process";
  for (const rlim_t most : {2U, 3U}) EXPECT_EXIT(explore_with_few_processes(most), testing::ExitedWithCode(0), "");
}

TEST(Workers, OfWeakMemoryTryEachMessageOnce) {
  const together begun;
  const auto program = [] {
    std::array<std::atomic<int>, 2> x{};
    run_all(4, [&](unsigned number) {
      const unsigned first = number % 2;
      if (number < 2) x[number].store(1, std::memory_order_relaxed);
      static_cast<void>(x[1 - first].load(std::memory_order_acquire));
      if (number >= 2) static_cast<void>(x[first].load(std::memory_order_acquire));
    });
  };
  options how = shared_by(1, strategy::exhaustive);
  how.memory = explore::memory_model::weak;
  const report alone = check(program, how);
  ASSERT_TRUE(alone.complete) << alone;
  for (const std::uint32_t jobs : {2U, 3U, 4U, 5U, 6U}) {
    how.jobs = jobs;
    const report found = check(program, how);
    EXPECT_TRUE(found.complete) << found;
    EXPECT_EQ(found.executions, alone.executions);
    EXPECT_EQ(found.digest, alone.digest);
  }
}

TEST(Workers, DrawTheSameExecutionsHoweverManyTheyAre) {
  for (const strategy by : {strategy::random, strategy::pos}) {
    options how = shared_by(1, by);
    how.executions = 301;
    const report alone = check([] { lose_updates(4); }, how);
    EXPECT_EQ(alone.executions, 301U);
    for (const std::uint32_t jobs : {2U, 3U}) {
      how.jobs = jobs;
      const report found = check([] { lose_updates(4); }, how);
      EXPECT_EQ(found.executions, 301U) << found;
      EXPECT_EQ(found.states, alone.states) << found;
      EXPECT_EQ(found.digest, alone.digest) << found;
      EXPECT_EQ(*found.unseen, *alone.unseen) << found;
      EXPECT_NE(found.text.find("by " + std::to_string(jobs) + " workers"), std::string::npos) << found;
    }
  }
}

TEST(Workers, WithEqualSeedsDrawEqualExecutionsInEachSamplingSearch) {
  for (const strategy by : {strategy::sampling, strategy::pct}) {
    options how = shared_by(3, by);
    how.executions = 300;
    const report one = check([] { lose_updates(4); }, how);
    const report again = check([] { lose_updates(4); }, how);
    EXPECT_EQ(one.states, again.states);
    EXPECT_EQ(one.digest, again.digest);
  }
}

// Not so seldom that one worker alone comes to it before the others.
void fail_now_and_then() {
  std::atomic<unsigned> x{0};
  run_all(4, [&](unsigned number) { x = x * 5 + number; });
  assert(x != 13);
}

TEST(Workers, FindAFailureAndReplayIt) {
  const together begun;
  for (const strategy by : strategies) {
    const report found = check(fail_now_and_then, shared_by(3, by));
    ASSERT_EQ(found.kind, verdict::failed_assertion) << found;
    EXPECT_FALSE(found.complete);
    options again = shared_by(2, by);
    again.replay = found.schedule;
    EXPECT_EQ(check(fail_now_and_then, again).kind, verdict::failed_assertion) << found;
  }
}

TEST(Workers, OfASearchByLotTellTheFailureOfTheLowestNumber) {
  const together begun;
  for (const strategy by : {strategy::random, strategy::pos, strategy::sampling, strategy::pct}) {
    const bool is_for_any_number = by == strategy::random || by == strategy::pos;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      options how = shared_by(is_for_any_number ? 1 : 3, by);
      how.seed = seed;
      how.shrink = false;  // or several would become one
      const report one = check(fail_now_and_then, how);
      ASSERT_EQ(one.kind, verdict::failed_assertion) << one;
      how.jobs = 3;
      EXPECT_EQ(check(fail_now_and_then, how).schedule, one.schedule) << explore::name_of(by) << ", seed " << seed;
    }
  }
}

// Past all functions that are refused.
void end_by_signal() {
  long result = SYS_kill;
  asm volatile("syscall" : "+a"(result) : "D"(::getpid()), "S"(SIGKILL) : "rcx", "r11", "memory");
}

bool is_any_child_left() { return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD; }

TEST(Workers, OfWhichOneCrashesOrHangsOrEndsAllEnd) {
  const together begun;
  const auto if_third_comes_first = [](auto then) {
    return [then] {
      std::atomic<unsigned> x{0};
      run_all(3, [&](unsigned number) {
        if (x.fetch_add(1) == 0 && number == 2) then();
      });
    };
  };
  for (const strategy by : {strategy::exhaustive, strategy::sampling}) {
    options how = shared_by(3, by);
    how.watchdog = std::chrono::milliseconds(500);
    EXPECT_EQ(check(if_third_comes_first(end_by_signal), how).kind, verdict::died_by_signal);
    EXPECT_FALSE(is_any_child_left());
    EXPECT_EQ(check(if_third_comes_first([] {
                      for (;;) asm volatile("" ::: "memory");
                    }),
                    how)
                  .kind,
              verdict::no_progress);
    EXPECT_FALSE(is_any_child_left());
  }
}

TEST(Workers, ReachWhatAnyOfThemReaches) {
  const together begun;
  for (const strategy by : strategies) {
    options how = shared_by(3, by);
    if (by != strategy::exhaustive && by != strategy::depth_first) how.executions = 3'000;
    how.must_reach = {"0 is last", "1 is last", "2 is last"};
    const auto program = [] {
      std::atomic<unsigned> x{0};
      run_all(3, [&](unsigned number) {
        if (x.fetch_add(1) == 2) explore::reach((std::to_string(number) + " is last").c_str());
      });
    };
    EXPECT_TRUE(check(program, how).passed()) << explore::name_of(by);
    how.must_reach.emplace_back("never");
    EXPECT_EQ(check(program, how).kind, verdict::not_reached);
  }
}

// Each of them makes one execution.
TEST(Workers, ReachWhatOnlyOneOfThemReaches) {
  const std::array names = {"0", "1", "2"};
  const auto program = [&] { explore::reach(names[explore::choose(3)]); };
  unsigned reached = 0;
  for (const char* const name : names) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      options how = shared_by(1, strategy::random);
      how.executions = 3;
      how.seed = seed;
      how.must_reach = {name};
      const bool is_reached = check(program, how).passed();
      how.jobs = 3;
      EXPECT_EQ(check(program, how).passed(), is_reached) << name << ", seed " << seed;
      reached += is_reached ? 1 : 0;
    }
  }
  EXPECT_GT(reached, 8U) << "with some seed, more than one execution can";
}

TEST(Workers, HaveOneLimitOfExecutionsAndOneOfTime) {
  const together begun;
  for (const strategy by : strategies) {
    options how = shared_by(3, by);
    how.executions = 100;
    const report few = check([] { lose_updates(6); }, how);
    EXPECT_TRUE(few.out_of_budget) << few;
    EXPECT_FALSE(few.complete);
    EXPECT_EQ(few.executions + few.dropped, 100U) << few;
    how.executions = UINT64_MAX;
    how.time = std::chrono::milliseconds(50);
    const report late = check([] { lose_updates(8); }, how);
    EXPECT_TRUE(late.out_of_budget) << late;
    EXPECT_FALSE(late.complete);
  }
}

TEST(Workers, AreAsManyAsThereAreCoresIfWished) {
  options how = shared_by(0, strategy::pos);
  how.executions = 1'000;
  const report found = check([] { lose_updates(4); }, how);
  EXPECT_EQ(found.executions, 1'000U);
  const std::string workers = "by " + std::to_string(explore::cores()) + " workers";
  EXPECT_EQ(found.text.find(workers) != std::string::npos, explore::cores() > 1) << found;
  how.jobs = 65;
  EXPECT_EQ(check([] { lose_updates(4); }, how).kind, verdict::not_modelled);
}

}  // namespace
