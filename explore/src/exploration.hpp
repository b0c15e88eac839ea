/// The parent's side: starts children, watches them, and turns what they leave into a report.
#pragma once

#include "child.hpp"

namespace explore {

/// `answer` is shared with the children, and used for nothing else meanwhile.
report run_exploration(const task& what, shared_outcome& answer);

/// Memory that is shared with children. Errors: std::system_error.
shared_outcome& share_outcome();

}  // namespace explore
