#include "run_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "command_line.hpp"
#include "procfile.hpp"
#include "read_file.hpp"
#include "supervisor.hpp"

namespace quiesce_tool {
namespace {

constexpr int system_refused = 1;

constexpr const char* description = "Run the processes of a Procfile, until Ctrl-C ends them and all that they started";

constexpr const char* manual = R"(PROCFILE
  One process per line, `name: command`. The command is run by `/bin/sh -c` in the directory of the
  Procfile, in a process group of its own, with nothing to read on its standard input. Blank lines and
  lines that begin with # are skipped. Names consist of letters, digits, - and _. Everything that is wrong
  is reported as PATH:LINE: REASON, and then nothing is started.

OUTPUT
  Standard output and standard error of all processes come out on standard output line by line, behind the
  name. A line of more than 64 KiB is cut into pieces; + stands for | before those that continue it. If
  nobody reads standard output, the processes are slowed down; if it is closed, everything is stopped.

RESTARTS
  When a command has exited, whatever it has left behind is ended first, in its process group or in a
  session of its own: SIGTERM, the stop limit, SIGKILL. Then --restart decides. The delay before a start
  doubles with each exit, from --back-off-first to --back-off-max, and is forgotten after a run of
  --back-off-forget.
  A change of a watched path restarts the process in any case, after --debounce from the first change:
  later changes do not prolong it. A process that is watched is never over; it waits for the next change.
  Paths are relative to the folder in which the program was started. A symbolic link is watched as such, and
  a directory not deeper than its entries. A process that writes to a path for which it is watched restarts
  itself again and again.

STOPPING
  On SIGINT (Ctrl-C), SIGTERM or SIGHUP each process group is sent SIGTERM, and SIGKILL at the stop limit.
  Whatever has left its group is found by its descent and ended in the same way once its parent is gone.
  Every second the program says whom it waits for. A second signal, half a second or more after the first,
  and SIGQUIT in any case, kill at once what is left. SIGHUP is ignored if it was so from the beginning, as
  with `nohup`. The program ends when nothing that it has started is left. (If it is itself ended by
  SIGKILL, it can end nobody.)

EVENT LOG
  Each line is a JSON object with `ms`, the milliseconds since the start, `event`, and where they apply
  `process`, `pid` and more. The events: run-started, started, start-failed, exited, restart-scheduled,
  restarted, file-changed, output-held-up (nobody reads), stop-requested, kill-requested, stopping, signalled,
  waiting, killed, stopped, orphan-found, orphan-ended, finished.

EXIT STATUS
  It ends by itself when no process is left to wait for, or when a process has failed that is not to be
  started again (with --keep-going: when all are over). Its status is the first of these that applies:
  N        the status of the process that failed first and was not started again; 128 + S if it was ended by
           signal S; 126 if it could not be started. How a process ends that was told to end is no failure,
           nor is one for which a restart was due.
  128 + S  signal S cut the stop short
  141      standard output was closed
  0        otherwise
  2        wrong options or a faulty Procfile: nothing was started
  1        the system refused something that is needed to begin)";

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
    if (text == "always") {
      value = restart_policy::always;
    } else if (text == "on-failure") {
      value = restart_policy::on_failure;
    } else if (text == "never") {
      value = restart_policy::never;
    } else {
      throw CLI::ValidationError("--restart", fmt::format("'{}' is none of always, on-failure, never", text));
    }
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

/// Prints all that is wrong with it. A fault begins with the path, so that an editor finds the line.
std::optional<procfile> load(const run_options& options) {
  const auto text = read_file(options.procfile);
  if (!text) {
    const int why = errno;
    complain(fmt::format("cannot read {}: {}", options.procfile.string(), std::generic_category().message(why)));
    return std::nullopt;
  }
  procfile file = parse_procfile(*text);
  for (const auto& fault : file.faults) {
    std::fputs((fault_text(options.procfile.string(), fault) + "\n").c_str(), stderr);
  }
  if (!file.faults.empty()) return std::nullopt;
  return file;
}

bool knows_all_watched(const run_options& options, const procfile& file) {
  bool knows_all = true;
  for (const auto& watch : options.watches) {
    const bool known = std::any_of(file.entries.begin(), file.entries.end(),
                                   [&](const procfile_entry& entry) { return entry.name == watch.process; });
    if (known) continue;
    complain(fmt::format("--watch {}={}: {} has no process \"{}\"", watch.process, watch.path.string(),
                         options.procfile.string(), watch.process));
    knows_all = false;
  }
  return knows_all;
}

}  // namespace

CLI::App* add_run_command(CLI::App& program, run_options& options) {
  CLI::App* const run = program.add_subcommand("run", description);
  run->footer(manual);
  run->add_option("procfile", options.procfile, "The file that lists the processes")
      ->type_name("PROCFILE")
      ->default_str("Procfile");
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
  add_colour(*run, options.coloured);
  return run;
}

int run(run_options options) {
  const auto file = load(options);
  if (!file || !knows_all_watched(options, *file)) return wrong_usage;
  try {
    return supervisor{options, *file}.run();
  } catch (const std::system_error& error) {
    complain(error.what());
    return system_refused;
  }
}

}  // namespace quiesce_tool
