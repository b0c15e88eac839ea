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
  testing::Test::RecordProperty("executions", std::to_string(found.executions));
  return found;
}

/// Runs `program` through all its interleavings, and expects nothing to be wrong in any, and each of `reached` to be met.
inline void explore_all(states reached, std::function<void()> program) {
  explore::options options;
  options.search = explore::strategy::exhaustive;
  options.must_reach = std::move(reached);
  const explore::report found = explore_as_test(std::move(program), std::move(options));
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_TRUE(found.complete) << found;
}

/// The same for a program that has too many: all those that deviate at most so often from the default, which is that the
/// running thread goes on. Time that does not suffice for them is a failure.
inline void explore_bounded(std::uint32_t deviations, states reached, std::function<void()> program) {
  explore::options options;
  options.search = explore::strategy::bounded;
  options.deviations = deviations;
  options.time = std::chrono::seconds(90);  // less than the limit of a test
  options.must_reach = std::move(reached);
  const explore::report found = explore_as_test(std::move(program), std::move(options));
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_FALSE(found.out_of_budget) << found;
}

}  // namespace scenario
