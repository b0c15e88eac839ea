#include "run_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "needs_circle.hpp"
#include "read_file.hpp"
#include "signal_name.hpp"

namespace quiesce_tool {
namespace {

/// Puts the plan together and gathers what is wrong.
class planner {
 public:
  planner(const plan_source<procfile>& listed, const plan_source<settings_file>& settings,
          const std::vector<watched_path>& watches)
      : procfile_{listed}, settings_{settings}, watches_{watches} {}

  run_plan make() {
    if (procfile_.contents) take_procfile(*procfile_.contents);
    if (settings_.contents) take_settings(*settings_.contents);
    if (result_.faults.empty()) check_needs();
    if (result_.faults.empty() && result_.processes.empty()) settings_fault(0, "no process in it");
    if (result_.faults.empty()) add_watches();
    return std::move(result_);
  }

 private:
  void take_procfile(const procfile& file) {
    for (const auto& fault : file.faults) result_.faults.push_back(fault_text(procfile_.path.string(), fault));
    for (const auto& entry : file.entries) {
      lines_.emplace(entry.name, entry.line);
      result_.processes.push_back(
          {.name = entry.name, .command = entry.command, .directory = procfile_.path.parent_path()});
    }
  }

  void take_settings(const settings_file& file) {
    for (const auto& fault : file.faults) settings_fault(fault.line, fault.what);
    for (const auto& entry : file.entries) take_entry(entry);
  }

  void take_entry(const settings_entry& entry) {
    process_settings taken = entry.settings;
    for (auto& path : taken.watch) path = settings_.path.parent_path() / path;
    if (taken.reload_signal && taken.watch.empty() && !entry.has_wrong_watch &&
        !is_watched_beside_the_files(taken.name)) {
      settings_fault(entry.reload_line, fmt::format("{}: reload = \"{}\" needs a path to watch, here or by --watch",
                                                    taken.name, signal_text(*taken.reload_signal)));
    }
    process_settings* const listed = find(taken.name);
    if (listed == nullptr) {
      if (taken.command.empty()) {
        // Of a Procfile with faults nobody knows what it lists.
        if (!procfile_.contents || procfile_.contents->faults.empty()) without_command(entry);
        return;
      }
      taken.directory = settings_.path.parent_path() / taken.directory;
      result_.processes.push_back(std::move(taken));
      return;
    }
    if (!taken.command.empty()) {
      return settings_fault(entry.command_line,
                            fmt::format("{}: command = \"{}\" stands in line {} of {} already", taken.name,
                                        taken.command, lines_.at(taken.name), procfile_.path.string()));
    }
    taken.command = listed->command;
    // A folder of its own is relative to the file that names it; without one, the command stays in that of the Procfile.
    taken.directory = taken.directory.empty() ? listed->directory : settings_.path.parent_path() / taken.directory;
    *listed = std::move(taken);
  }

  void without_command(const settings_entry& entry) {
    const auto why = procfile_.contents ? fmt::format(", and {} has no such process", procfile_.path.string()) : "";
    settings_fault(entry.line, fmt::format("{}: no command{}", entry.settings.name, why));
  }

  [[nodiscard]] bool is_watched_beside_the_files(std::string_view process) const {
    return std::any_of(watches_.begin(), watches_.end(),
                       [&](const watched_path& each) { return each.process == process; });
  }

  void add_watches() {
    for (const auto& watch : watches_) {
      if (process_settings* const known = find(watch.process)) {
        known->watch.push_back(watch.path);
        continue;
      }
      const auto& path = procfile_.contents ? procfile_.path : settings_.path;
      result_.faults.push_back(fmt::format("quiesce: --watch {}={}: {} has no process \"{}\"", watch.process,
                                           watch.path.string(), path.string(), watch.process));
    }
  }

  /// Null: there is none of that name.
  [[nodiscard]] process_settings* find(std::string_view name) {
    const auto found = std::find_if(result_.processes.begin(), result_.processes.end(),
                                    [&](const process_settings& each) { return each.name == name; });
    return found == result_.processes.end() ? nullptr : &*found;
  }

  void check_needs() {
    if (!settings_.contents) return;
    for (const auto& entry : settings_.contents->entries) check_needs_of(entry);
    if (!result_.faults.empty()) return;
    const auto circle = circle_of_needs(result_.processes);
    if (!circle.empty()) {
      settings_fault(line_of_need(circle[0], circle[1]),
                     fmt::format("{}: the needs form a circle: {}", circle[0], fmt::join(circle, " -> ")));
    }
  }

  void check_needs_of(const settings_entry& entry) {
    const auto& needs = entry.settings.needs;
    for (std::size_t i = 0; i < needs.size(); ++i) {
      if (find(needs[i]) == nullptr) {
        settings_fault(entry.need_lines[i],
                       fmt::format("{}: needs = \"{}\": there is no such process", entry.settings.name, needs[i]));
      }
      if (std::find(needs.begin(), needs.begin() + static_cast<std::ptrdiff_t>(i), needs[i]) !=
          needs.begin() + static_cast<std::ptrdiff_t>(i)) {
        settings_fault(entry.need_lines[i],
                       fmt::format("{}: needs = \"{}\" is there twice", entry.settings.name, needs[i]));
      }
    }
  }

  [[nodiscard]] int line_of_need(std::string_view process, std::string_view need) const {
    for (const auto& entry : settings_.contents->entries) {
      if (entry.settings.name != process) continue;
      const auto& needs = entry.settings.needs;
      return entry.need_lines[static_cast<std::size_t>(std::find(needs.begin(), needs.end(), need) - needs.begin())];
    }
    return 0;
  }

  void settings_fault(int line, const std::string& what) {
    const auto& path = settings_.contents ? settings_.path : procfile_.path;
    result_.faults.push_back(fault_text(path.string(), {line, what}));
  }

  const plan_source<procfile>& procfile_;
  const plan_source<settings_file>& settings_;
  const std::vector<watched_path>& watches_;
  std::map<std::string, int, std::less<>> lines_;  // of the processes in the Procfile
  run_plan result_;
};

std::string cannot_read(const std::filesystem::path& path, int why) {
  return fmt::format("quiesce: cannot read {}: {}", path.string(), std::generic_category().message(why));
}

}  // namespace

run_plan make_plan(const plan_source<procfile>& procfile, const plan_source<settings_file>& settings,
                   const std::vector<watched_path>& watches) {
  return planner{procfile, settings, watches}.make();
}

run_plan read_plan(const run_options& options) {
  plan_source<settings_file> settings{options.settings};
  if (options.settings.empty()) settings.path = options.procfile.parent_path() / "quiesce.toml";
  if (const auto text = read_file(settings.path)) {
    settings.contents = parse_settings(*text);
  } else if (const int why = errno; why != ENOENT || !options.settings.empty()) {
    return {{}, {cannot_read(settings.path, why)}};
  }
  plan_source<procfile> listed{options.procfile};
  if (const auto text = read_file(listed.path)) {
    listed.contents = parse_procfile(*text);
  } else if (const int why = errno; why != ENOENT || options.procfile_is_named || !settings.contents) {
    return {{}, {cannot_read(listed.path, why)}};
  }
  return make_plan(listed, settings, options.watches);
}

}  // namespace quiesce_tool
