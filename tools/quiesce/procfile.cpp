#include "procfile.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "process_name.hpp"

namespace quiesce_tool {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Reads one file; keeps the line of each name for the fault of a duplicate.
class reader {
 public:
  void read_line(std::string_view line, int number) {
    if (line.find('\0') != std::string_view::npos) return fault(number, "contains a NUL byte");
    line = trimmed(line);
    if (line.empty() || line.front() == '#') return;

    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return fault(number, "no colon; expected `name: command`");
    const std::string_view name = line.substr(0, colon);
    const std::string_view command = trimmed(line.substr(colon + 1));
    if (name.empty()) return fault(number, "no name before the colon");
    if (const auto wrong = wrong_with_name(name)) return fault(number, *wrong);
    if (const auto [first, is_new] = lines_.try_emplace(std::string{name}, number); !is_new) {
      return fault(number, fmt::format("the name \"{}\" is taken by line {}", name, first->second));
    }
    if (command.empty()) return fault(number, fmt::format("no command for \"{}\"", name));
    result_.entries.push_back({std::string{name}, std::string{command}, number});
  }

  procfile finish() {
    if (lines_.empty() && result_.faults.empty()) fault(0, "no process in it; expected lines `name: command`");
    return std::move(result_);
  }

 private:
  void fault(int line, std::string what) { result_.faults.push_back({line, std::move(what)}); }

  procfile result_;
  std::map<std::string, int, std::less<>> lines_;
};

}  // namespace

procfile parse_procfile(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  reader reading;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    reading.read_line(line, number);
  }
  return reading.finish();
}

}  // namespace quiesce_tool
