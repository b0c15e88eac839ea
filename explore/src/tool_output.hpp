/// What one of binutils' tools says.
#pragma once

#include <string>
#include <vector>

namespace explore {

/// Runs a command, its name first, which is looked up in PATH; `input` is its standard input, and what it writes to standard
/// error is not shown. Empty if it cannot be run.
std::string output_of(const std::vector<std::string>& command, const std::string& input);

}  // namespace explore
