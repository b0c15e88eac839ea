#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "procfile.hpp"
#include "run_options.hpp"
#include "settings_file.hpp"

namespace quiesce_tool {

/// What is to be run, or all that is wrong with it.
struct run_plan {
  std::vector<process_settings> processes;
  std::vector<std::string> faults;  // each a line for the user
};

/// A file that was read, with the path it came from; without a value where there is no such file.
template <class Contents>
struct plan_source {
  std::filesystem::path path;
  std::optional<Contents> contents{};
};

/// Puts both files together: a table of the settings adds to the line of the same name in the Procfile, or is a process
/// of its own if it has a command. Relative paths are made relative to the folder of the file that holds the command or
/// the path. Those of `watches`, which were given beside the files, are added as they are. The faults of both files are
/// among those of the plan, and so are needs that cannot be met, and watches of processes that are not there.
[[nodiscard]] run_plan make_plan(const plan_source<procfile>& procfile, const plan_source<settings_file>& settings,
                                 const std::vector<watched_path>& watches = {});

/// Reads the files that the options name.
[[nodiscard]] run_plan read_plan(const run_options& options);

}  // namespace quiesce_tool
