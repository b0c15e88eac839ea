#pragma once
#include <CLI/CLI.hpp>

#include "explore_options.hpp"

namespace quiesce_tool {

/// Adds `explore` to the program's sub-commands. `options` is filled when the command line is parsed and must live till
/// then. Returns: the sub-command, which was chosen if it counts as parsed.
CLI::App* add_explore_command(CLI::App& program, explore_options& options);

/// Becomes the program that is explored, or prints the flags with which to build it.
/// Returns: the exit status, if it did not become that program. What is wrong with the program is printed.
int explore(const explore_options& options);

}  // namespace quiesce_tool
