/// What shows that an execution is wrong, and what went wrong, in words.
#pragma once

#include <string>

#include "explore/explore.hpp"
#include "text_names.hpp"
#include "text_places.hpp"
#include "trace.hpp"

namespace explore {

/// The message, the accesses with their stacks, or the threads that wait: whatever this verdict rests on.
std::string evidence(const execution_trace&, verdict, trace_places&, object_names&);

/// A paragraph, on one line.
std::string what_went_wrong(const execution_trace&, verdict, trace_places&, object_names&);

/// "reads 4 bytes of counter", "frees heap block 3".
std::string access_phrase(const traced_access&, object_names&);

/// The message in the trace, which may lack its end.
std::string message_of(const execution_trace&);

}  // namespace explore
