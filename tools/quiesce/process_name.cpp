#include "process_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace quiesce_tool {
namespace {

bool may_stand_in_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::string shown(char c) {
  if (c > ' ' && c < 0x7f) return fmt::format("'{}'", c);
  if (c == ' ') return "a blank";
  if (c == '\t') return "a tab";
  return fmt::format("the byte 0x{:02x}", static_cast<unsigned char>(c));
}

}  // namespace

std::optional<std::string> wrong_with_name(std::string_view name) {
  const auto bad = std::find_if_not(name.begin(), name.end(), may_stand_in_a_name);
  if (bad != name.end()) {
    return fmt::format("{} in the name; a name consists of letters, digits, - and _", shown(*bad));
  }
  if (name == "quiesce") return "the name \"quiesce\" is kept for what this program says itself";
  return std::nullopt;
}

}  // namespace quiesce_tool
