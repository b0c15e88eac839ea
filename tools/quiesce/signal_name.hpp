#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace quiesce_tool {

/// "SIGTERM" for 15; "signal 99" for a number without a name.
[[nodiscard]] std::string signal_text(int number);

/// The number of a signal that programs take as a word to them, by its name with or without SIG: HUP, INT, QUIT, KILL,
/// USR1, USR2, TERM, WINCH. Nothing for any other text, so that a slip is noticed.
[[nodiscard]] std::optional<int> parse_signal(std::string_view name);

/// The names that parse_signal takes, for a message.
[[nodiscard]] std::string signals_to_send();

}  // namespace quiesce_tool
