/// Child processes that do a task together, watched by their parent.
#pragma once

#include "child.hpp"

namespace explore {

inline constexpr unsigned most_workers = 64;

/// Does the task in child processes, as many as it has use for, and leaves what they found in `answer`, added up.
/// Errors: std::system_error.
void run_task(const task& what, shared_outcome& answer);

}  // namespace explore
