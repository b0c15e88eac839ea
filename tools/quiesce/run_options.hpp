#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "back_off.hpp"
#include "restart_rule.hpp"

namespace quiesce_tool {

/// A path whose changes restart the process of that name.
struct watched_path {
  std::string process;
  std::filesystem::path path;
};

/// What the command line of `quiesce run` says. The meaning of each stands in the text of --help.
struct run_options {
  std::filesystem::path procfile = "Procfile";
  bool procfile_is_named = false;  // otherwise it may be missing if there is a settings file
  std::filesystem::path settings;  // empty: quiesce.toml beside the Procfile, if it is there
  std::vector<watched_path> watches;
  std::chrono::milliseconds debounce{100};
  restart_policy policy = restart_policy::on_failure;
  bool keep_going = false;
  back_off_options delays;
  std::chrono::milliseconds stop_limit{10'000};
  std::filesystem::path event_log;  // empty: none
  std::filesystem::path report;     // empty: none
  bool coloured = false;
};

}  // namespace quiesce_tool
