/// The parent's side: starts children, watches them, and turns what they leave into a report.
#pragma once

#include "child.hpp"

namespace explore {

/// `answer` is shared with the children, and used for nothing else meanwhile.
report run_exploration(const task& what, shared_outcome& answer);

/// Starts `answer` anew for a child, and keeps what earlier parts of the search have reached.
void clear(shared_outcome& answer);

/// Memory that is shared with children. Errors: std::system_error.
shared_outcome& share_outcome();

}  // namespace explore
