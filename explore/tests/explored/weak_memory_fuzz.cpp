/// Random programs with weak memory: searched with and without reduction, and for those of atomic words by a model that knows
/// views where the explorer knows clocks.
#include <gtest/gtest.h>

#include <iostream>

#include "explore/explore.hpp"
#include "fuzz_program.hpp"
#include "fuzz_seeds.hpp"

namespace {

using explore::memory_model;
using explore::report;
using explore::strategy;

struct tested {
  std::uint64_t programs = 0, too_large = 0, plain = 0, weak = 0, executions = 0;
};

struct sets {
  fuzz::result_set reduced, plain, expected, sequential;
};

report search(const fuzz::program& what, strategy by, std::uint32_t stale_reads, fuzz::result_set& results) {
  explore::options how = fuzz::options_for(by);
  how.memory = memory_model::weak;
  how.stale_reads = stale_reads;
  if (by != strategy::exhaustive) how.executions = 5'000;
  return fuzz::search(what, how, results);
}

std::string text_of(const report& found, const fuzz::result_set& results) {
  return std::string(explore::name_of(found.search)) + ", " + explore::name_of(found.kind) + ", " +
         std::to_string(found.states) + " states in " + std::to_string(found.executions) + " executions with " +
         std::to_string(results.size()) + " results";
}

// What is wrong, or nothing.
std::string compare_searches(const fuzz::program& what, strategy by, std::uint32_t stale_reads, sets& all,
                             tested& counts) {
  const report reduced = search(what, strategy::exhaustive, stale_reads, all.reduced);
  counts.executions += reduced.executions;
  const report plain = search(what, by, stale_reads, all.plain);
  if (reduced.passed() != plain.passed()) {
    if (plain.passed() && !plain.complete) return ++counts.too_large, "";
    return text_of(reduced, all.reduced) + "; " + text_of(plain, all.plain);
  }
  if (!reduced.passed() || !reduced.complete || !plain.complete) return ++counts.too_large, "";
  ++counts.plain;
  if (counts.programs % 2 == 0) {
    explore::options how = fuzz::options_for(strategy::exhaustive);
    how.memory = memory_model::weak;
    how.stale_reads = stale_reads;
    const std::string wrong = fuzz::share(what, how, reduced, all.expected);
    if (!wrong.empty()) return wrong;
  }
  if (reduced.states == plain.states && reduced.digest == plain.digest && all.reduced == all.plain) return "";
  return text_of(reduced, all.reduced) + "; " + text_of(plain, all.plain);
}

std::string compare_with_models(const fuzz::program& what, sets& all, tested& counts) {
  if (!fuzz::weak_model(what, all.expected).is_complete) return ++counts.too_large, "";
  fuzz::model(what, all.sequential);
  if (all.sequential.size() < all.expected.size()) ++counts.weak;
  const report reduced = search(what, strategy::exhaustive, UINT32_MAX, all.reduced);
  counts.executions += reduced.executions;
  if (!reduced.complete) return ++counts.too_large, "";
  if (all.reduced == all.expected) return "";
  return text_of(reduced, all.reduced) + "; the model has " + std::to_string(all.expected.size());
}

// Most are of words: the rest of what there is meets weak memory at few places.
bool has_only_words(std::uint64_t seed) { return seed % 4 != 0; }

std::string compare(const fuzz::program& what, std::uint64_t seed, sets& all, tested& counts) {
  const auto stale_reads = static_cast<std::uint32_t>(seed / 2 % 5);
  const strategy by = seed % 5 == 0 ? strategy::bounded : strategy::depth_first;
  std::string wrong = compare_searches(what, by, stale_reads == 4 ? UINT32_MAX : stale_reads, all, counts);
  if (wrong.empty() && has_only_words(seed)) wrong = compare_with_models(what, all, counts);
  return wrong;
}

TEST(RandomProgramsWithWeakMemory, ComeToTheSameResultsWithAndWithoutReductionAndInAModel) {
  sets all;
  const auto make = [](std::uint64_t seed) {
    return has_only_words(seed) ? fuzz::make_program_of_words(seed) : fuzz::make_program(seed);
  };
  const auto counts = fuzz::try_programs<tested>(make, [&](const fuzz::program& what, std::uint64_t seed,
                                                           tested& count) { return compare(what, seed, all, count); });
  std::cout << counts.programs << " programs, " << counts.plain << " of them without reduction, " << counts.weak
            << " with outcomes of weak memory, " << counts.too_large << " too large; " << counts.executions
            << " executions\n";
}

}  // namespace
