#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "process_settings.hpp"

namespace quiesce_tool {

/// A page that shows a run to people: a timeline of starts, readiness, restarts, changes and the stop, and the events
/// behind it. It is one file that needs nothing from anywhere, and is written anew as a whole, so that a reader finds
/// the old one or the new one and nothing between.
class run_report {
 public:
  struct heading {
    std::string procfile;
    std::chrono::system_clock::time_point begun;
  };

  run_report(std::filesystem::path file, heading head);

  /// Who is in the run from now on. Whoever was in it before stays in the report.
  void add_processes(const std::vector<process_settings>& plan);

  /// An event as a JSON object. Of a run that goes on for long, the oldest ones are dropped and counted.
  void take(std::string event);

  /// Writes the file, or what a symbolic link in its place points to. The page says whether the run was over.
  [[nodiscard]] std::error_code write(bool finished) const;

  /// The page; `write` writes it.
  [[nodiscard]] std::string page(bool finished) const;

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  static constexpr std::size_t most_events = 50'000;

  const std::filesystem::path file_;
  const heading head_;
  std::vector<process_settings> processes_;
  std::deque<std::string> events_;
  std::size_t dropped_ = 0;
};

/// JSON that may stand in an element `script` of a page: nothing in it can end that element.
[[nodiscard]] std::string embedded_json(std::string_view json);

}  // namespace quiesce_tool
