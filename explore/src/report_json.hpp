/// A report for machines, and for the page that shows it: docs/explore.md has the meaning of each field.
#pragma once

#include <string>

#include "explore/explore.hpp"
#include "trace.hpp"

namespace explore {

/// One object. `trace`: of the failure, or null if there is none; nothing in it is trusted.
std::string json_of(const report&, const std::string& program_name, const execution_trace* trace);

/// The short form that QUIESCE_EXPLORE_RESULT asks for.
std::string short_json_of(const report&);

}  // namespace explore
