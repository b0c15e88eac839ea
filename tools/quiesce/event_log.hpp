#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "outlet.hpp"
#include "run_report.hpp"

namespace quiesce_tool {

using event_value = std::variant<std::int64_t, bool, std::string>;
using event_details = std::vector<std::pair<std::string_view, event_value>>;

/// What the log counts time in.
[[nodiscard]] constexpr std::int64_t in_ms(std::chrono::nanoseconds duration) noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

/// One line of the event log: a JSON object that begins with `ms` and `event`. What is not UTF-8 in a path or the name
/// of a command is replaced, since JSON has no way to carry it.
[[nodiscard]] std::string event_line(std::chrono::nanoseconds since_start, std::string_view event,
                                     const event_details& details);

/// Writes what happens as JSON lines, for tests and for other programs, and tells it to the report. Without either of
/// them it does nothing.
class event_log {
 public:
  /// Both may be null and must outlive the log.
  event_log(outlet* file, run_report* report) noexcept : file_{file}, report_{report} {}

  void write(std::string_view event, const event_details& details = {});

 private:
  outlet* file_;
  run_report* report_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace quiesce_tool
