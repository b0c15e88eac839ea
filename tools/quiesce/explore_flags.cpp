#include "explore_flags.hpp"

#include <fmt/format.h>

namespace quiesce_tool {
namespace {

/// The shell splits at blanks what $(...) gives, and then looks for patterns of file names.
bool stays_whole(std::string_view path) { return path.find_first_of(" \t\n*?[\\") == std::string_view::npos; }

}  // namespace

std::optional<std::string> explore_compile_flags(std::string_view options, std::string_view include_folder) {
  if (!stays_whole(include_folder)) return std::nullopt;
  return fmt::format("{} -I{}", options, include_folder);
}

std::optional<std::string> explore_link_flags(std::string_view library) {
  if (!stays_whole(library)) return std::nullopt;
  return fmt::format("-Wl,--whole-archive {} -Wl,--no-whole-archive -rdynamic -ldl -pthread", library);
}

}  // namespace quiesce_tool
