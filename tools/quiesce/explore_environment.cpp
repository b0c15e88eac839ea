#include "explore_environment.hpp"

namespace quiesce_tool {

std::vector<environment_change> explore_environment(const explore_options& options, bool strategy_is_chosen) {
  std::vector<environment_change> changes;
  if (options.strategy) {
    changes.push_back({"QUIESCE_EXPLORE", *options.strategy});
  } else if (!strategy_is_chosen) {
    changes.push_back({"QUIESCE_EXPLORE", "automatic"});
  }
  if (options.replay) {
    changes.push_back({"QUIESCE_EXPLORE_REPLAY", *options.replay});
  } else if (options.strategy) {
    // Somebody who asks for a search does not want the one execution that the environment may still name.
    changes.push_back({"QUIESCE_EXPLORE_REPLAY", std::nullopt});
    changes.push_back({"QUIESCE_EXPLORE_BREAK_AT", std::nullopt});
  }
  const auto add_number = [&](const char* name, const auto& value) {
    if (value) changes.push_back({name, std::to_string(*value)});
  };
  const auto add_duration = [&](const char* name, const std::optional<std::chrono::milliseconds>& value) {
    if (value) changes.push_back({name, std::to_string(value->count())});
  };
  add_number("QUIESCE_EXPLORE_EXECUTIONS", options.executions);
  add_duration("QUIESCE_EXPLORE_TIME", options.time);
  add_number("QUIESCE_EXPLORE_STEPS", options.steps);
  add_number("QUIESCE_EXPLORE_DEVIATIONS", options.deviations);
  add_number("QUIESCE_EXPLORE_SPURIOUS", options.spurious);
  if (options.memory) changes.push_back({"QUIESCE_EXPLORE_MEMORY", *options.memory});
  add_number("QUIESCE_EXPLORE_STALE_READS", options.stale_reads);
  add_number("QUIESCE_EXPLORE_SEED", options.seed);
  add_duration("QUIESCE_EXPLORE_WATCHDOG", options.watchdog);
  add_number("QUIESCE_EXPLORE_REUSE", options.reuse);
  if (options.no_leaks) changes.push_back({"QUIESCE_EXPLORE_LEAKS", "0"});
  add_number("QUIESCE_EXPLORE_BREAK_AT", options.break_at);
  if (options.json) changes.push_back({"QUIESCE_EXPLORE_JSON", *options.json});
  if (options.html) changes.push_back({"QUIESCE_EXPLORE_HTML", *options.html});
  if (options.no_shrink) changes.push_back({"QUIESCE_EXPLORE_SHRINK", "0"});
  add_number("QUIESCE_EXPLORE_DEPTH", options.depth);
  add_number("QUIESCE_EXPLORE_JOBS", options.jobs);
  return changes;
}

}  // namespace quiesce_tool
