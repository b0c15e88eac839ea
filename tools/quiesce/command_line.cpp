#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "duration_text.hpp"

namespace quiesce_tool {

void complain(std::string_view text) { std::fputs(fmt::format("quiesce: {}\n", text).c_str(), stderr); }

std::chrono::milliseconds duration_argument(const std::string& option, const std::string& text) {
  const auto parsed = parse_duration(text);
  if (!parsed) throw CLI::ValidationError(option, fmt::format("'{}' is no duration; write 10s, 250ms or 2m", text));
  return *parsed;
}

}  // namespace quiesce_tool
