/// The files that options::json and options::html ask for.
#pragma once

#include "explore/explore.hpp"
#include "shared_outcome.hpp"

namespace explore {

/// A replay that stops in a debugger ends there, and no report is left to write.
bool asks_for_stop_and_files(const options&);

/// Before a search that may take long. Errors: std::system_error if one of them cannot be written.
void look_at_report_files(const options&);

/// `answer` has the trace of the failure, if the report is of one. Errors: std::system_error.
void write_report_files(const options&, const report&, const shared_outcome& answer);

}  // namespace explore
