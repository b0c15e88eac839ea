/// A recorded execution as a person reads it. Runs in the parent, which shares the child's executable and addresses.
#pragma once

#include <string>

#include "explore/explore.hpp"
#include "trace.hpp"

namespace explore {

/// What was found, the interleaving with one column a thread, the stacks or the waiting threads that show it, what went
/// wrong in words, and `last_lines`, which say how to replay it. The trace may come from a child that crashed: nothing in it
/// is trusted.
std::string describe(const execution_trace&, verdict, const std::string& program_name, const std::string& last_lines);

/// "file:line" of the place at which the failure was seen, in user code if it got there; empty if unknown.
std::string place_of(const execution_trace&);

}  // namespace explore
