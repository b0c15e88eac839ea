#pragma once
#include <CLI/CLI.hpp>

#include "run_options.hpp"

namespace quiesce_tool {

/// Adds `run` to the program's sub-commands. `options` is filled when the command line is parsed and must live till then.
/// Returns: the sub-command, which was chosen if it counts as parsed.
CLI::App* add_run_command(CLI::App& program, run_options& options);

/// Runs it. Returns the exit status of the program; prints what is wrong with the Procfile or the options.
int run(run_options options);

}  // namespace quiesce_tool
