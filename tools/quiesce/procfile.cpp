#include "procfile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace quiesce_tool {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool may_stand_in_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::string shown(char c) {
  if (c > ' ' && c < 0x7f) return fmt::format("'{}'", c);
  if (c == ' ') return "a blank";
  if (c == '\t') return "a tab";
  return fmt::format("the byte 0x{:02x}", static_cast<unsigned char>(c));
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
    if (const auto wrong = wrong_with_name(name)) return fault(number, *wrong);
    if (const auto [first, is_new] = lines_.try_emplace(std::string{name}, number); !is_new) {
      return fault(number, fmt::format("the name \"{}\" is taken by line {}", name, first->second));
    }
    if (command.empty()) return fault(number, fmt::format("no command for \"{}\"", name));
    result_.entries.push_back({std::string{name}, std::string{command}});
  }

  procfile finish() {
    if (lines_.empty() && result_.faults.empty()) fault(0, "no process in it; expected lines `name: command`");
    return std::move(result_);
  }

 private:
  static std::optional<std::string> wrong_with_name(std::string_view name) {
    if (name.empty()) return "no name before the colon";
    const auto bad = std::find_if_not(name.begin(), name.end(), may_stand_in_a_name);
    if (bad != name.end()) {
      return fmt::format("{} in the name; a name consists of letters, digits, - and _", shown(*bad));
    }
    if (name == "quiesce") return "the name \"quiesce\" is kept for what this program says itself";
    return std::nullopt;
  }

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

std::string fault_text(std::string_view path, const procfile_fault& fault) {
  if (fault.line == 0) return fmt::format("{}: {}", path, fault.what);
  return fmt::format("{}:{}: {}", path, fault.line, fault.what);
}

}  // namespace quiesce_tool
