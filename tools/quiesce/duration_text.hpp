#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace quiesce_tool {

/// Reads "250ms", "2s", "1.5s", "2m", "1h"; a bare number means seconds.
/// Returns:  nothing if the text is anything else, is negative, or is longer than a year: a limit that nobody lives to
///           see is a slip of the keyboard.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// "250 ms" below a second, "3.2 s" below two minutes, "5 min" from there on.
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);

}  // namespace quiesce_tool
