#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace quiesce_tool {

enum class restart_policy : std::uint8_t { always, on_failure, never };

/// Nothing for any other text than always, on-failure, never.
[[nodiscard]] constexpr std::optional<restart_policy> parse_restart_policy(std::string_view text) noexcept {
  if (text == "always") return restart_policy::always;
  if (text == "on-failure") return restart_policy::on_failure;
  if (text == "never") return restart_policy::never;
  return std::nullopt;
}

/// What is known when the command has exited and nothing that it started is left.
struct circumstances {
  bool changed = false;  // a watched path has changed, or the restart was asked for by such a change
  bool failed = false;   // the command exited by itself with a status other than 0, or by a signal
  bool watched = false;  // a change of a path can start it again later
};

enum class next_step : std::uint8_t { start_now, start_after_back_off, rest_until_change, be_over };

/// A change outranks the policy: who edits a file wants to see what it does, also after a clean exit.
[[nodiscard]] constexpr next_step decide(restart_policy policy, const circumstances& now) noexcept {
  if (now.changed) return next_step::start_now;
  if (policy == restart_policy::always) return next_step::start_after_back_off;
  if (policy == restart_policy::on_failure && now.failed) return next_step::start_after_back_off;
  return now.watched ? next_step::rest_until_change : next_step::be_over;
}

}  // namespace quiesce_tool
