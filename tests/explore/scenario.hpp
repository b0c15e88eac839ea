#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "explore/explore.hpp"

namespace scenario {

using states = std::vector<std::string>;

/// Explores `program` under the name of the running test.
inline explore::report explore_as_test(std::function<void()> program, explore::options options) {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  options.name = std::string(test.test_suite_name()) + '-' + test.name();
  const explore::report found = explore::check(std::move(program), options);
  const bool is_weak = options.memory == explore::memory_model::weak;
  testing::Test::RecordProperty(is_weak ? "executions_weak" : "executions", std::to_string(found.executions));
  return found;
}

/// As a number of deviations: all interleavings.
inline constexpr std::uint32_t unlimited = UINT32_MAX;

/// Runs `program` through its interleavings, all or those that deviate at most so often from the default, which is that the
/// running thread goes on, and that a load finds the newest value. Expects nothing to be wrong in any, and each of `reached`
/// to be met. Time that does not suffice is a failure.
inline void explore_in(explore::memory_model memory, std::uint32_t deviations, states reached,
                       std::function<void()> program) {
  explore::options options;
  options.memory = memory;
  options.search = deviations == unlimited ? explore::strategy::exhaustive : explore::strategy::bounded;
  options.deviations = deviations;
  options.time = std::chrono::seconds(90);  // less than the limit of a test
  options.must_reach = std::move(reached);
  const explore::report found = explore_as_test(std::move(program), std::move(options));
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_FALSE(found.out_of_budget) << found;
  EXPECT_TRUE(found.complete || deviations != unlimited) << found;
}

/// All of them.
inline void explore_all(states reached, std::function<void()> program) {
  explore_in(explore::memory_model::sequential, unlimited, std::move(reached), std::move(program));
}

/// For a program that has too many.
inline void explore_bounded(std::uint32_t deviations, states reached, std::function<void()> program) {
  explore_in(explore::memory_model::sequential, deviations, std::move(reached), std::move(program));
}

/// Under weak memory. Even `unlimited` leaves out what has more stale loads than explore::options::stale_reads.
inline void explore_weak(std::uint32_t deviations, states reached, std::function<void()> program) {
  explore_in(explore::memory_model::weak, deviations, std::move(reached), std::move(program));
}

/// First without and then with weak memory, each with its own number of deviations.
inline void explore_both(std::uint32_t deviations, std::uint32_t weak_deviations, const states& reached,
                         const std::function<void()>& program) {
  explore_in(explore::memory_model::sequential, deviations, reached, program);
  explore_weak(weak_deviations, reached, program);
}

}  // namespace scenario
