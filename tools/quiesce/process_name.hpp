#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace quiesce_tool {

/// Why that cannot be the name of a process; nothing if it can.
[[nodiscard]] std::optional<std::string> wrong_with_name(std::string_view name);

}  // namespace quiesce_tool
