#pragma once
#include <string_view>

namespace quiesce_tool {

/// Whether a message of sd_notify, lines of the form NAME=VALUE, says READY=1.
[[nodiscard]] constexpr bool says_ready(std::string_view message) noexcept {
  while (!message.empty()) {
    const auto end = message.find('\n');
    if (message.substr(0, end) == "READY=1") return true;
    if (end == std::string_view::npos) return false;
    message.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace quiesce_tool
