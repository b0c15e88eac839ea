#include "wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>

#include "duration_text.hpp"
#include "signal_name.hpp"

namespace quiesce_tool {
namespace {

constexpr std::size_t most_to_name = 4;

std::string grandchildren_text(const std::vector<std::string>& all) {
  std::string text = counted(all.size(), "grandchild alive", "grandchildren alive");
  const bool too_many = all.size() > most_to_name;
  const auto named_end = too_many ? all.begin() + most_to_name : all.end();
  text += fmt::format(": {}", fmt::join(all.begin(), named_end, ", "));
  if (too_many) text += ", …";
  return text;
}

}  // namespace

std::string exit_text(const q::exit_status& status) {
  if (status.exited) return fmt::format("exited with status {}", status.code);
  return fmt::format("was ended by {}", signal_text(status.signal));
}

int shell_status(const q::exit_status& status) noexcept { return status.exited ? status.code : 128 + status.signal; }

std::string hold_up_text(const hold_up& held) {
  std::string text = fmt::format("waiting {} for {} (", duration_text(held.waited), held.name);
  if (held.pid != 0) text += fmt::format("pid {}{}, ", held.pid, held.exited ? " has exited" : "");
  text += signal_text(held.kill_in ? held.signal : SIGKILL) + (held.refused ? " refused" : " sent");
  if (!held.grandchildren.empty()) text += ", " + grandchildren_text(held.grandchildren);
  text += ")";
  if (held.kill_in) text += fmt::format(", kill in {}", duration_text(*held.kill_in));
  return text;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace quiesce_tool
