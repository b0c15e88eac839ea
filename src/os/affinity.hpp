#pragma once

#include <string>

namespace quiesce::inline v0::os {

/// How many processors the calling thread may use: those of its affinity mask, or fewer by the quota of processor time
/// of its control groups, rounded up; at least one. Threads inherit the mask from the one that starts them, so this
/// holds for the threads that the caller would start.
/// Errors: std::bad_alloc.
unsigned usable_processors();

/// The same, with the files that tell of the groups below `root`: see find_cpu_quota(). For tests.
unsigned usable_processors(const std::string& root);

}  // namespace quiesce::inline v0::os
