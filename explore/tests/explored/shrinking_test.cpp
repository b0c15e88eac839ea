// What a random walk has found comes out with as few deviations as the search that tries few of them first needs.
#include <gtest/gtest.h>

#include <atomic>
#include <cassert>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "explore/explore.hpp"

namespace {

using explore::check;
using explore::memory_model;
using explore::options;
using explore::report;
using explore::strategy;
using explore::verdict;

std::atomic<int> word, other_word;
std::mutex forks[3];

void lose_an_update() {
  word = 0;
  const auto add = [] {
    word.store(word.load() + 1);
    other_word.load();
    other_word.load();
  };
  std::thread other(add);
  add();
  other.join();
  assert(word == 2);
}

void dine(std::mutex& first, std::mutex& second) {
  const std::lock_guard one(first);
  const std::lock_guard other(second);
}

void starve() {
  std::thread one([] { dine(forks[0], forks[1]); });
  std::thread two([] { dine(forks[1], forks[2]); });
  dine(forks[2], forks[0]);
  one.join();
  two.join();
}

// Fails in the plain order of steps, too, but elsewhere.
void fail_early_or_late() {
  word = other_word = 0;
  std::thread other([] {
    word = 1;
    other_word = 1;
  });
  assert(other_word == 0);
  other.join();
  assert(word == 0);
}

void see_nobody() {
  word = other_word = 0;
  int seen[2] = {1, 1};
  std::thread other([&] {
    word.store(1, std::memory_order_release);
    seen[0] = other_word.load(std::memory_order_acquire);
  });
  other_word.store(1, std::memory_order_release);
  seen[1] = word.load(std::memory_order_acquire);
  other.join();
  assert(seen[0] + seen[1] != 0);
}

options by(strategy search, std::uint64_t seed, memory_model memory = memory_model::sequential) {
  options how;
  how.name = "shrinking";
  how.search = search;
  how.seed = seed;
  how.memory = memory;
  return how;
}

constexpr std::uint64_t seeds = 8;

void expect_fewest(const std::function<void()>& program, memory_model memory = memory_model::sequential) {
  const report fewest = check(program, by(strategy::bounded, 1, memory));
  ASSERT_FALSE(fewest.passed()) << fewest;
  bool was_shrunk = false;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const report found = check(program, by(strategy::random, seed, memory));
    EXPECT_EQ(found.kind, fewest.kind) << found;
    EXPECT_EQ(found.deviations, fewest.deviations) << found;
    EXPECT_GE(found.found_deviations, found.deviations);
    if (found.found_deviations == found.deviations) continue;
    was_shrunk = true;
    const std::string told = "shrunk from " + std::to_string(found.found_deviations) + " deviation";
    EXPECT_NE(found.text.find(told), std::string::npos) << found;
  }
  EXPECT_TRUE(was_shrunk) << "another program is needed";
}

}  // namespace

TEST(Shrinking, ALostUpdateNeedsOneDeviation) { expect_fewest(lose_an_update); }

TEST(Shrinking, ADeadlockOfThreeNeedsTwo) { expect_fewest(starve); }

TEST(Shrinking, AStaleReadIsKeptAndTheRestIsNot) { expect_fewest(see_nobody, memory_model::weak); }

TEST(Shrinking, AnotherFailureIsNotTheSame) {
  unsigned early = 0;
  for (std::uint64_t seed = 1; seed <= 40 && early < 2; ++seed) {
    options as_found = by(strategy::random, seed);
    as_found.shrink = false;
    const report whole = check(fail_early_or_late, as_found);
    if (whole.deviations == 0) continue;
    const report shrunk = check(fail_early_or_late, by(strategy::random, seed));
    EXPECT_EQ(shrunk.where, whole.where) << shrunk;
    if (shrunk.deviations != 0) ++early;
  }
  EXPECT_EQ(early, 2u);
}

// Without the tool that tells lines, places are addresses.
TEST(Shrinking, AnotherFailureIsNotTheSameWhereNoLineIsKnown) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nowhere", 1);
  const auto is_late = [](const report& found) { return found.text.find("`word == 0'") != std::string::npos; };
  unsigned early = 0;
  for (std::uint64_t seed = 1; seed <= 40 && early < 2; ++seed) {
    options as_found = by(strategy::random, seed);
    as_found.shrink = false;
    const report whole = check(fail_early_or_late, as_found);
    if (whole.deviations == 0 || is_late(whole)) continue;
    const report shrunk = check(fail_early_or_late, by(strategy::random, seed));
    EXPECT_FALSE(is_late(shrunk)) << shrunk;
    EXPECT_NE(shrunk.deviations, 0U) << shrunk;
    if (shrunk.deviations < whole.deviations) ++early;
  }
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(early, 2u);
}

TEST(Shrinking, TheShrunkScheduleReplays) {
  const report found = check(starve, by(strategy::random, 3));
  options again = by(strategy::automatic, 1);
  again.replay = found.schedule;
  const report replayed = check(starve, again);
  EXPECT_EQ(replayed.kind, found.kind) << replayed;
  EXPECT_EQ(replayed.where, found.where);
  EXPECT_EQ(replayed.schedule, found.schedule);
  EXPECT_EQ(replayed.found_deviations, replayed.deviations) << "a replay is what was asked for";
}

TEST(Shrinking, WhoDoesNotWantItGetsWhatWasFound) {
  options how = by(strategy::random, 3);
  how.shrink = false;
  const report found = check(starve, how);
  EXPECT_EQ(found.found_deviations, found.deviations);
  EXPECT_EQ(found.text.find("shrunk"), std::string::npos) << found;
}
