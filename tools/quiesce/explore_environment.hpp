#pragma once
#include <optional>
#include <string>
#include <vector>

#include "explore_options.hpp"

namespace quiesce_tool {

/// A variable of the environment, and its new value; without one it is taken away.
struct environment_change {
  std::string name;
  std::optional<std::string> value;

  friend bool operator==(const environment_change&, const environment_change&) = default;
};

/// How the explorer inside the program is told what to do. What the options leave open stays as the environment has it.
/// `strategy_is_chosen`: the environment names a strategy already.
[[nodiscard]] std::vector<environment_change> explore_environment(const explore_options& options,
                                                                  bool strategy_is_chosen);

}  // namespace quiesce_tool
