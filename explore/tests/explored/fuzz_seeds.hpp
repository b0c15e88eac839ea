/// Random programs, one after the other, for as long as a test has time.
///
/// QUIESCE_FUZZ_SECONDS: for how long (20). QUIESCE_FUZZ_SEED: this program only, or the first one if seconds are given.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "explore/explore.hpp"
#include "fuzz_program.hpp"

namespace fuzz {

/// An exploration of one, long enough for most.
inline explore::options options_for(explore::strategy by) {
  explore::options how;
  how.search = by;
  how.executions = by == explore::strategy::depth_first ? 5'000 : 50'000;
  how.time = std::chrono::milliseconds(3'000);
  how.deviations = 1'000;
  return how;
}

inline explore::report search(const program& what, const explore::options& how, result_set& results) {
  results.clear();
  return explore::check([&] { run(what, results); }, how);
}

/// Two workers, which begin together, must come to what one has come to. What is wrong, or nothing.
inline std::string share(const program& what, explore::options how, const explore::report& alone, result_set& unused) {
  how.jobs = 2;
  ::setenv("QUIESCE_EXPLORE_TOGETHER", "", 1);
  const explore::report shared = search(what, how, unused);
  ::unsetenv("QUIESCE_EXPLORE_TOGETHER");
  if (shared.out_of_budget && !alone.out_of_budget) return {};
  const bool has_each_once = alone.executions == alone.states;
  const bool is_same =
      shared.passed() == alone.passed() &&
      (!alone.complete || (shared.complete && shared.states == alone.states && shared.digest == alone.digest &&
                           (!has_each_once || shared.executions == alone.executions)));
  if (is_same) return {};
  const auto text = [](const explore::report& found) {
    return std::string(explore::name_of(found.kind)) + ", " + std::to_string(found.states) + " states in " +
           std::to_string(found.executions) + " executions" + (found.complete ? "" : ", not complete");
  };
  return std::string(explore::name_of(how.search)) + " by one worker: " + text(alone) + "; by two: " + text(shared);
}

/// `make(seed)` is the program; `compare(program, seed, tested)` says what is wrong with it, or nothing, and counts in
/// `tested`, of which `programs` is counted here. The first that is wrong fails the test, and is shown as small as it gets.
template <class Tested, class Make, class Compare>
Tested try_programs(Make make, Compare compare) {
  const char* const wanted_seconds = std::getenv("QUIESCE_FUZZ_SECONDS");
  const char* const wanted_seed = std::getenv("QUIESCE_FUZZ_SEED");
  const bool is_one = wanted_seed != nullptr && wanted_seconds == nullptr;
  const std::uint64_t seconds = wanted_seconds != nullptr ? std::strtoull(wanted_seconds, nullptr, 10)
                                : is_one                  ? 0
                                                          : 20;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  Tested counts;
  std::uint64_t seed = wanted_seed != nullptr ? std::strtoull(wanted_seed, nullptr, 10) : 1;
  do {
    program what = make(seed);
    if (const std::string wrong = compare(what, seed, counts); !wrong.empty()) {
      ADD_FAILURE() << "QUIESCE_FUZZ_SEED=" << seed << ": " << to_text(what) << wrong;
      Tested ignored = counts;
      shrink(what, [&](const program& smaller) { return !compare(smaller, seed, ignored).empty(); });
      ADD_FAILURE() << "as small as it gets: " << to_text(what) << compare(what, seed, ignored);
      break;
    } else if (is_one) {
      std::cout << to_text(what);
    }
    ++seed;
    ++counts.programs;
  } while (std::chrono::steady_clock::now() < end);
  return counts;
}

}  // namespace fuzz
