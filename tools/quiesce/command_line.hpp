#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace quiesce_tool {

/// The exit status for wrong options.
inline constexpr int wrong_usage = 2;

/// On standard error, as a line of its own.
void complain(std::string_view text);

/// The duration that was given to the option.
/// Errors:   CLI::ValidationError, which names the option and the text.
std::chrono::milliseconds duration_argument(const std::string& option, const std::string& text);

}  // namespace quiesce_tool
