#include "http_status.hpp"

#include <algorithm>
#include <charconv>

namespace quiesce_tool {
namespace {

constexpr std::string_view protocol = "HTTP/1.";
constexpr std::size_t longest_line = 8192;

}  // namespace

http_answer parse_http_status(std::string_view received) {
  const auto begin = received.substr(0, protocol.size());
  if (begin != protocol.substr(0, begin.size())) return {.complete = true};
  const auto end = received.find('\n');
  if (end == std::string_view::npos) return {.complete = received.size() >= longest_line};
  const std::string_view line = received.substr(0, end);
  const auto blank = std::min(line.find(' '), line.size() - 1);
  int status = 0;
  const char* const first = line.data() + blank + 1;
  const auto [rest, error] = std::from_chars(first, line.data() + line.size(), status);
  constexpr std::ptrdiff_t digits = 3;
  if (error != std::errc{} || rest - first != digits || status < 100) return {.complete = true};
  return {.complete = true, .status = status};
}

}  // namespace quiesce_tool
