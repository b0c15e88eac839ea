/// Random programs, searched with and without reduction and by a model that knows nothing of the explorer: all must come to
/// the same results, and to the same opinion whether a program can get stuck.
#include <gtest/gtest.h>

#include <iostream>

#include "explore/explore.hpp"
#include "fuzz_program.hpp"
#include "fuzz_seeds.hpp"

namespace {

using explore::report;
using explore::strategy;
using explore::verdict;

bool is_stuck(verdict kind) {
  return kind == verdict::deadlock || kind == verdict::blocked || kind == verdict::lost_wake_up;
}

struct tested {
  std::uint64_t programs = 0, stuck = 0, too_large = 0, plain = 0, shared = 0, executions = 0;
};

struct sets {
  fuzz::result_set reduced, plain, expected;
};

std::string count(const fuzz::result_set& results) { return std::to_string(results.size()) + " results"; }
std::string count(const report& found) {
  return std::string(explore::name_of(found.search)) + " has " + std::to_string(found.states) + " states in " +
         std::to_string(found.executions) + " executions";
}

// A search without reduction must agree with the one with it. False: there was too much to do for it.
bool agrees(const fuzz::program& what, strategy by, const report& reduced, sets& all, std::string& wrong) {
  const report plain = fuzz::search(what, fuzz::options_for(by), all.plain);
  if (plain.passed() && !plain.complete) return false;
  if (plain.passed() != reduced.passed() || is_stuck(plain.kind) != is_stuck(reduced.kind)) {
    wrong = std::string(explore::name_of(by)) + ": " + explore::name_of(plain.kind) +
            ", exhaustive: " + explore::name_of(reduced.kind);
  } else if (plain.passed() && !(all.plain == all.reduced)) {
    wrong = count(reduced) + " and " + count(all.reduced) + ", " + count(plain) + " and " + count(all.plain);
  } else if (plain.passed() && (plain.states != reduced.states || plain.digest != reduced.digest)) {
    wrong = count(reduced) + ", " + count(plain);
  }
  return true;
}

// What is wrong with one of the searches, or nothing.
std::string compare(const fuzz::program& what, sets& all, tested& counts) {
  const fuzz::model_answer model = fuzz::model(what, all.expected);
  const report reduced = fuzz::search(what, fuzz::options_for(strategy::exhaustive), all.reduced);
  counts.executions += reduced.executions;
  if (!model.is_complete || (reduced.passed() && !reduced.complete)) return ++counts.too_large, "";
  if (!reduced.passed() && !is_stuck(reduced.kind)) return "exhaustive: " + std::string(explore::name_of(reduced.kind));
  const bool may_stick = model.can_get_stuck && !what.is_detached;
  counts.stuck += may_stick ? 1 : 0;
  if (is_stuck(reduced.kind) != may_stick) {
    return may_stick ? "exhaustive does not find the end at which all wait"
                     : "exhaustive finds threads stuck: " + reduced.schedule;
  }
  if (!may_stick && !what.is_detached) {
    if (!(all.reduced == all.expected))
      return count(reduced) + " and " + count(all.reduced) + ", the model " + count(all.expected);
    if (all.reduced.size() > reduced.states) return count(reduced) + ", but " + count(all.reduced);
  }
  std::string wrong;
  if (counts.programs % 2 == 0) {
    ++counts.shared;
    wrong = fuzz::share(what, fuzz::options_for(strategy::exhaustive), reduced, all.plain);
    if (!wrong.empty()) return wrong;
  }
  const bool ends = agrees(what, strategy::depth_first, reduced, all, wrong);
  if (!wrong.empty()) return wrong;
  // Where there are too many interleavings, and otherwise now and then: each history once, by comparing them.
  const bool has_histories =
      (!ends || counts.programs % 4 == 0) && agrees(what, strategy::bounded, reduced, all, wrong);
  ++(ends || has_histories ? counts.plain : counts.too_large);
  return wrong;
}

TEST(RandomPrograms, ComeToTheSameResultsWithAndWithoutReductionAndInAModel) {
  sets all;
  const auto make = [&](std::uint64_t seed) {
    fuzz::program what = fuzz::make_program(seed);
    // A verdict tells little, and takes long to explain: most of those that would get one are not waited for.
    if (seed % 8 != 0 && fuzz::model(what, all.expected).can_get_stuck) what.is_detached = true;
    return what;
  };
  const auto counts = fuzz::try_programs<tested>(
      make, [&](const fuzz::program& what, std::uint64_t, tested& count) { return compare(what, all, count); });
  std::cout << counts.programs << " programs, " << counts.plain << " of them without reduction, " << counts.shared
            << " by two workers, " << counts.stuck << " that can get stuck, " << counts.too_large << " too large; "
            << counts.executions << " executions\n";
}

}  // namespace
