/// A failure that a search has found, and the same one with fewer deviations: each trial is an execution in a child process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "child.hpp"

namespace explore {

/// What an execution that failed has left: enough to run it again.
struct failure {
  verdict kind = verdict::passed;
  std::vector<std::uint32_t> choices{};  // with shared_outcome::deviates
  std::uint8_t watched_thread = 0;
  std::uint32_t watched_access = 0;
};

failure failure_in(const shared_outcome& answer);

std::vector<scheduled_search::deviation> deviations_of(const std::vector<std::uint32_t>& choices);

enum class output : std::uint8_t { hidden, shown };

/// Runs the execution again, so that `answer` has its trace. False: it failed in another way, or not at all.
bool record_failure(const task& found_by, const failure& what, shared_outcome& answer, output of_program);

/// The failure with the fewest deviations that were found in the time for it. The same verdict at the same place, which for
/// accesses to memory are two; where the place is not known, nothing is left out. `answer` has the trace of `found`, and is changed.
/// Returns: `found` itself if there is nothing better.
failure shrink_failure(const task& found_by, const failure& found, shared_outcome& answer);

}  // namespace explore
