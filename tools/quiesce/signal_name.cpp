#include "signal_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

namespace quiesce_tool {
namespace {

constexpr std::array signals = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGKILL};

}  // namespace

std::string signal_text(int number) {
  const char* const name = ::sigabbrev_np(number);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", number);
}

std::optional<int> parse_signal(std::string_view name) {
  if (name.starts_with("SIG")) name.remove_prefix(3);
  const auto* const found = std::find_if(signals.begin(), signals.end(),
                                         [&](int number) { return name == std::string_view{::sigabbrev_np(number)}; });
  if (found == signals.end()) return std::nullopt;
  return *found;
}

std::string signals_to_send() {
  std::string text;
  for (const int number : signals) text += (text.empty() ? "" : ", ") + signal_text(number);
  return text;
}

}  // namespace quiesce_tool
