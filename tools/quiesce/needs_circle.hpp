#pragma once
#include <string>
#include <vector>

#include "process_settings.hpp"

namespace quiesce_tool {

/// The names along a circle of needs, the first one again at the end: {"web", "db", "web"}. Empty if there is none. Needs
/// that name nobody are passed over.
[[nodiscard]] std::vector<std::string> circle_of_needs(const std::vector<process_settings>& processes);

}  // namespace quiesce_tool
