/// What the tests of numbers of executions have in common.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include "explore/explore.hpp"

namespace counting {

using explore::report;
using explore::strategy;

inline report search(const std::function<void()>& program, strategy by = strategy::exhaustive, std::uint32_t jobs = 1,
                     std::chrono::milliseconds time = std::chrono::seconds(60)) {
  explore::options how;
  how.search = by;
  how.jobs = jobs;
  how.time = time;
  return explore::check(program, how);
}

inline void expect(std::uint64_t executions, const std::function<void()>& program, strategy by = strategy::exhaustive) {
  const report found = search(program, by);
  EXPECT_TRUE(found.passed()) << found;
  // With very many threads not all accesses to one word are remembered; then races may be missed, but no execution.
  EXPECT_TRUE(found.complete) << found;
  EXPECT_EQ(found.text.find("out of time"), std::string::npos) << found;
  EXPECT_EQ(found.executions, executions) << found;
  if (by == strategy::exhaustive) {
    EXPECT_EQ(found.states, executions) << found;
  }
  // Several workers find the same. They begin together, or such small programs would have one.
  ::setenv("QUIESCE_EXPLORE_TOGETHER", "", 1);
  for (const std::uint32_t jobs : {2U, 3U}) {
    const report shared = search(program, by, jobs);
    EXPECT_TRUE(shared.passed()) << shared;
    EXPECT_TRUE(shared.complete) << shared;
    EXPECT_EQ(shared.executions, executions) << shared;
    EXPECT_EQ(shared.states, found.states) << shared;
    EXPECT_EQ(shared.digest, found.digest) << shared;
  }
  ::unsetenv("QUIESCE_EXPLORE_TOGETHER");
}

template <class Thread>
void run_many(unsigned count, Thread thread) {
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (unsigned i = 0; i < count; ++i) threads.emplace_back([&thread, i] { thread(i); });
  for (std::thread& each : threads) each.join();
}

inline int look(const std::atomic<int>& word) { return word.load(); }

}  // namespace counting
