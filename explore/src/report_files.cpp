#include "report_files.hpp"

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "page.hpp"
#include "report_json.hpp"

namespace explore {
namespace {

[[noreturn]] void refuse(const std::string& file) {
  throw std::system_error(errno, std::generic_category(), "explore: cannot write " + file);
}

void look_at(const std::string& file) {
  if (file.empty()) return;
  std::FILE* const opened = std::fopen(file.c_str(), "ae");
  if (opened == nullptr) refuse(file);
  std::fclose(opened);
}

void write(const std::string& file, const std::string& text) {
  std::FILE* const opened = std::fopen(file.c_str(), "we");
  if (opened == nullptr) refuse(file);
  const bool is_written = std::fwrite(text.data(), 1, text.size(), opened) == text.size();
  if (std::fclose(opened) != 0 || !is_written) refuse(file);
}

}  // namespace

bool asks_for_stop_and_files(const options& how) {
  return how.break_at && !how.replay.empty() && (!how.json.empty() || !how.html.empty());
}

void look_at_report_files(const options& how) {
  if (asks_for_stop_and_files(how)) return;
  look_at(how.json);
  look_at(how.html);
}

void write_report_files(const options& how, const report& found, const shared_outcome& answer) {
  if ((how.json.empty() && how.html.empty()) || asks_for_stop_and_files(how)) return;
  const bool has_trace = answer.has_verdict && !found.schedule.empty();
  const std::string json = json_of(found, how.name, has_trace ? &answer.trace : nullptr);
  if (!how.json.empty()) write(how.json, json);
  if (!how.html.empty()) write(how.html, page_with(json));
}

}  // namespace explore
