#include "event_log.hpp"

#include <nlohmann/json.hpp>

namespace quiesce_tool {

std::string event_line(std::chrono::nanoseconds since_start, std::string_view event, const event_details& details) {
  nlohmann::ordered_json object = {{"ms", in_ms(since_start)}, {"event", event}};
  for (const auto& [key, value] : details) {
    std::visit([&, name = std::string{key}](const auto& v) { object[name] = v; }, value);
  }
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void event_log::write(std::string_view event, const event_details& details) {
  if (file_ == nullptr && report_ == nullptr) return;
  std::string line = event_line(std::chrono::steady_clock::now() - start_, event, details);
  if (report_ != nullptr) report_->take(line);
  if (file_ != nullptr) file_->write(std::move(line));
}

}  // namespace quiesce_tool
