#include "run_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "command_line.hpp"
#include "run_manual.hpp"
#include "run_plan.hpp"
#include "supervisor.hpp"

namespace quiesce_tool {
namespace {

constexpr int system_refused = 1;

constexpr const char* description = "Run the processes of a Procfile, until Ctrl-C ends them and all that they started";

CLI::Option* add_duration(CLI::App& command, const std::string& name, std::chrono::milliseconds& value,
                          const std::string& help) {
  const auto take = [&value, name](const std::string& text) { value = duration_argument(name, text); };
  const auto count = value.count();
  return command.add_option_function<std::string>(name, take, help)
      ->type_name("DURATION")
      ->default_str(count % 1000 == 0 ? fmt::format("{}s", count / 1000) : fmt::format("{}ms", count));
}

CLI::Option* add_policy(CLI::App& command, restart_policy& value) {
  const auto take = [&value](const std::string& text) {
    const auto policy = parse_restart_policy(text);
    if (!policy)
      throw CLI::ValidationError("--restart", fmt::format("'{}' is none of always, on-failure, never", text));
    value = *policy;
  };
  return command
      .add_option_function<std::string>("--restart", take, "Which exits lead to a restart: always, on-failure, never")
      ->type_name("POLICY")
      ->default_str("on-failure");
}

std::optional<watched_path> parse_watch(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) return std::nullopt;
  return watched_path{text.substr(0, equals), text.substr(equals + 1)};
}

bool terminal_takes_colour() {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  if (refused != nullptr && *refused != '\0') return false;
  return ::isatty(STDOUT_FILENO) == 1 && (terminal == nullptr || std::string_view{terminal} != "dumb");
}

CLI::Option* add_colour(CLI::App& command, bool& value) {
  value = terminal_takes_colour();
  const auto take = [&value](const std::string& when) {
    if (when != "auto" && when != "always" && when != "never") {
      throw CLI::ValidationError("--colour", fmt::format("'{}' is none of auto, always, never", when));
    }
    value = when == "auto" ? terminal_takes_colour() : when == "always";
  };
  return command
      .add_option_function<std::string>("--colour,--color", take,
                                        "auto, always or never; auto: on a terminal, unless NO_COLOR is set")
      ->type_name("WHEN")
      ->default_str("auto");
}

CLI::Option* add_watches(CLI::App& command, std::vector<watched_path>& value) {
  const auto take = [&value](const std::vector<std::string>& all) {
    for (const auto& text : all) {
      auto watch = parse_watch(text);
      if (!watch) throw CLI::ValidationError("--watch", fmt::format("'{}' is not of the form NAME=PATH", text));
      value.push_back(std::move(*watch));
    }
  };
  return command
      .add_option_function<std::vector<std::string>>(
          "--watch", take, "Restart NAME when the file PATH, or an entry of the directory PATH, changes; repeatable")
      ->type_name("NAME=PATH")
      ->allow_extra_args(false);
}

CLI::Option* add_procfile(CLI::App& command, run_options& options) {
  const auto take = [&options](const std::string& path) {
    options.procfile = path;
    options.procfile_is_named = true;
  };
  return command.add_option_function<std::string>("procfile", take, "The file that lists the processes")
      ->type_name("PROCFILE")
      ->default_str("Procfile");
}

}  // namespace

CLI::App* add_run_command(CLI::App& program, run_options& options) {
  CLI::App* const run = program.add_subcommand("run", description);
  run->footer(run_manual);
  add_procfile(*run, options);
  run->add_option("--settings", options.settings,
                  "The settings file; by default quiesce.toml beside the Procfile, if any")
      ->type_name("FILE");
  add_watches(*run, options.watches);
  add_duration(*run, "--debounce", options.debounce, "How long to gather changes, from the first one");
  add_policy(*run, options.policy);
  run->add_flag("--keep-going", options.keep_going, "A failure that leads to no restart does not stop the others");
  add_duration(*run, "--back-off-first", options.delays.first, "Delay of the first restart");
  add_duration(*run, "--back-off-max", options.delays.maximum, "Longest delay of a restart");
  add_duration(*run, "--back-off-forget", options.delays.forget_after, "After so long a run the delay begins anew");
  add_duration(*run, "--stop-limit", options.stop_limit, "Time between SIGTERM and SIGKILL");
  run->add_option("--event-log", options.event_log, "Write everything that happens to FILE, as lines of JSON")
      ->type_name("FILE");
  run->add_option("--report", options.report, "Write a page that shows the run, with a timeline, to FILE")
      ->type_name("FILE.html");
  add_colour(*run, options.coloured);
  return run;
}

int run(run_options options) {
  const run_plan plan = read_plan(options);
  for (const auto& fault : plan.faults) std::fputs((fault + "\n").c_str(), stderr);
  if (!plan.faults.empty()) return wrong_usage;
  try {
    return supervisor{options, plan}.run();
  } catch (const std::system_error& error) {
    complain(error.what());
    return system_refused;
  }
}

}  // namespace quiesce_tool
