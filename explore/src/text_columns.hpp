/// The interleaving as a table: a row for each step, a column for each thread.
#pragma once

#include <string>

#include "text_names.hpp"
#include "text_places.hpp"
#include "trace.hpp"

namespace explore {

/// With more than four threads the columns would leave the screen: then one column, each row with its thread's name. Of a
/// long execution the first and the last steps are shown. Empty if nothing was recorded.
std::string interleaving(const execution_trace&, trace_places&, object_names&);

/// Threads that the trace tells of: those that have a number, a step, or a part in the failure.
unsigned threads_in(const execution_trace&);

/// The recorded events.
std::size_t events_in(const execution_trace&);

}  // namespace explore
