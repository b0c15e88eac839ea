#include "duration_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

std::optional<std::chrono::duration<double>> unit_named(std::string_view name) {
  if (name == "ms") return 1ms;
  if (name.empty() || name == "s") return 1s;
  if (name == "m") return 1min;
  if (name == "h") return 1h;
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  double count = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(count) || std::signbit(count)) return std::nullopt;
  const auto unit = unit_named(text.substr(static_cast<std::size_t>(rest - text.data())));
  if (!unit) return std::nullopt;
  const auto duration = count * *unit;
  if (duration > std::chrono::years{1}) return std::nullopt;
  return std::chrono::round<std::chrono::milliseconds>(duration);
}

std::string duration_text(std::chrono::nanoseconds duration) {
  if (duration < 1s) return fmt::format("{} ms", std::chrono::floor<std::chrono::milliseconds>(duration).count());
  if (duration < 2min) return fmt::format("{:.1f} s", std::chrono::duration<double>{duration}.count());
  return fmt::format("{} min", std::chrono::floor<std::chrono::minutes>(duration).count());
}

}  // namespace quiesce_tool
