#pragma once
#include <optional>
#include <string_view>

namespace quiesce_tool {

/// What the first bytes of an answer say.
struct http_answer {
  bool complete = false;        // the status line is there, or what is there cannot become one
  std::optional<int> status{};  // nothing: this is no HTTP
};

/// Reads the status line, which may still be on its way. 8 KiB without an end of the line are no HTTP.
[[nodiscard]] http_answer parse_http_status(std::string_view received);

}  // namespace quiesce_tool
