#include "run_report.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "file_descriptor.hpp"
#include "report_page.hpp"

namespace quiesce_tool {
namespace {

constexpr std::string_view place_of_the_json = "REPORT_JSON";

std::string_view sign_text(readiness_sign sign) {
  switch (sign) {
    case readiness_sign::none: return "none";
    case readiness_sign::port: return "port";
    case readiness_sign::http: return "http";
    case readiness_sign::command: return "command";
    case readiness_sign::notify: return "notify";
  }
  return "none";
}

std::error_code last_error() { return {errno, std::generic_category()}; }

std::error_code write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno != EINTR) return last_error();
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

/// The file that is meant: what a symbolic link points to, though that may not be there yet. Nothing for a circle.
std::optional<std::filesystem::path> behind_links(std::filesystem::path file) {
  constexpr int most_links = 40;  // as many as the kernel follows
  for (int links = 0; links <= most_links; ++links) {
    std::error_code no_link;
    const auto target = std::filesystem::read_symlink(file, no_link);
    if (no_link) return file;
    file = file.parent_path() / target;
  }
  return std::nullopt;
}

}  // namespace

std::string embedded_json(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    // It can only stand inside of a string, where this means the same.
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

run_report::run_report(std::filesystem::path file, heading head) : file_{std::move(file)}, head_{std::move(head)} {}

void run_report::add_processes(const std::vector<process_settings>& plan) {
  for (const auto& settings : plan) {
    const auto known = std::find_if(processes_.begin(), processes_.end(),
                                    [&](const process_settings& each) { return each.name == settings.name; });
    if (known == processes_.end()) {
      processes_.push_back(settings);
    } else {
      *known = settings;
    }
  }
}

void run_report::take(std::string event) {
  while (event.ends_with('\n')) event.pop_back();
  events_.push_back(std::move(event));
  if (events_.size() <= most_events) return;
  events_.pop_front();
  ++dropped_;
}

std::string run_report::page(bool finished) const {
  nlohmann::ordered_json head = {
      {"procfile", head_.procfile},
      {"begun", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(head_.begun)))},
      {"finished", finished},
      {"dropped", dropped_},
      {"processes", nlohmann::ordered_json::array()}};
  for (const auto& each : processes_) {
    head["processes"].push_back({{"name", each.name},
                                 {"command", each.command},
                                 {"needs", each.needs},
                                 {"one_shot", each.one_shot},
                                 {"ready", sign_text(each.ready.sign)}});
  }
  std::string json = head.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  json.pop_back();
  json += ",\"events\":[\n";
  for (const auto& event : events_) {
    if (&event != &events_.front()) json += ",\n";
    json += event;
  }
  json += "\n]}";
  std::string page{report_page};
  return page.replace(page.find(place_of_the_json), place_of_the_json.size(), embedded_json(json));
}

std::error_code run_report::write(bool finished) const {
  // A device or a pipe is written to, and not replaced.
  std::error_code unknown;
  const bool in_place = std::filesystem::exists(file_, unknown) && !std::filesystem::is_regular_file(file_, unknown);
  const auto page_file = in_place ? file_ : behind_links(file_);
  if (!page_file) return std::make_error_code(std::errc::too_many_symbolic_link_levels);
  // Beside it, so that a rename puts it there in one step.
  const auto target =
      in_place ? *page_file : std::filesystem::path{page_file->string() + fmt::format(".{}.new", ::getpid())};
  constexpr mode_t for_everybody = 0666;  // less what the umask takes away
  const int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (in_place ? 0 : O_CREAT | O_TRUNC);
  file_descriptor file{::open(target.c_str(), flags, for_everybody)};
  if (!file) return last_error();
  std::error_code error = write_all(file.number(), page(finished));
  file.close();
  if (in_place) return error;
  if (!error && ::rename(target.c_str(), page_file->c_str()) != 0) error = last_error();
  if (error) ::unlink(target.c_str());
  return error;
}

}  // namespace quiesce_tool
