/// Random programs with weak memory: searched with and without reduction, and for those of atomic words by a model that knows
/// views where the explorer knows clocks.
///
/// QUIESCE_FUZZ_SECONDS: for how long (20). QUIESCE_FUZZ_SEED: this program only, or the first one if seconds are given.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "explore/explore.hpp"
#include "fuzz_program.hpp"

namespace {

using explore::memory_model;
using explore::report;
using explore::strategy;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct tested {
  std::uint64_t programs = 0, too_large = 0, plain = 0, weak = 0, executions = 0;
};

struct sets {
  fuzz::result_set reduced, plain, expected, sequential;
};

report search(const fuzz::program& what, strategy by, std::uint32_t stale_reads, fuzz::result_set& results) {
  results.clear();
  explore::options how;
  how.search = by;
  how.memory = memory_model::weak;
  how.stale_reads = stale_reads;
  how.executions = by == strategy::exhaustive ? 50'000 : 5'000;
  how.time = std::chrono::milliseconds(3'000);
  how.deviations = 1'000;
  return explore::check([&] { fuzz::run(what, results); }, how);
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

std::string compare(const fuzz::program& what, bool has_only_words, std::uint64_t seed, sets& all, tested& counts) {
  const auto stale_reads = static_cast<std::uint32_t>(seed / 2 % 5);
  const strategy by = seed % 5 == 0 ? strategy::bounded : strategy::depth_first;
  std::string wrong = compare_searches(what, by, stale_reads == 4 ? UINT32_MAX : stale_reads, all, counts);
  if (wrong.empty() && has_only_words) wrong = compare_with_models(what, all, counts);
  return wrong;
}

TEST(RandomProgramsWithWeakMemory, ComeToTheSameResultsWithAndWithoutReductionAndInAModel) {
  const bool is_one = std::getenv("QUIESCE_FUZZ_SEED") != nullptr && std::getenv("QUIESCE_FUZZ_SECONDS") == nullptr;
  const auto seconds = std::chrono::seconds(number_from("QUIESCE_FUZZ_SECONDS", is_one ? 0 : 20));
  const auto end = std::chrono::steady_clock::now() + seconds;
  sets all;
  tested counts;
  std::uint64_t seed = number_from("QUIESCE_FUZZ_SEED", 1);
  do {
    // Most are of words: the rest of what there is meets weak memory at few places.
    const bool has_only_words = seed % 4 != 0;
    fuzz::program what = has_only_words ? fuzz::make_program_of_words(seed) : fuzz::make_program(seed);
    if (const std::string wrong = compare(what, has_only_words, seed, all, counts); !wrong.empty()) {
      ADD_FAILURE() << "QUIESCE_FUZZ_SEED=" << seed << ": " << fuzz::to_text(what) << wrong;
      tested ignored = counts;
      fuzz::shrink(what, [&](const fuzz::program& smaller) {
        return !compare(smaller, has_only_words, seed, all, ignored).empty();
      });
      ADD_FAILURE() << "as small as it gets: " << fuzz::to_text(what)
                    << compare(what, has_only_words, seed, all, ignored);
      break;
    } else if (is_one) {
      std::cout << fuzz::to_text(what);
    }
    ++seed;
    ++counts.programs;
  } while (std::chrono::steady_clock::now() < end);
  std::cout << counts.programs << " programs, " << counts.plain << " of them without reduction, " << counts.weak
            << " with outcomes of weak memory, " << counts.too_large << " too large; " << counts.executions
            << " executions\n";
}

}  // namespace
