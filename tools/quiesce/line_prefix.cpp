#include "line_prefix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace quiesce_tool {
namespace {

constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view plain = "\x1b[0m";
// Cyan, yellow, green, magenta, blue, and the bright ones of these. Not red, which is for errors, and neither black nor
// white, one of which is the background.
constexpr std::array<std::string_view, 10> colours = {"\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[34m",
                                                      "\x1b[96m", "\x1b[93m", "\x1b[92m", "\x1b[95m", "\x1b[94m"};

}  // namespace

void line_prefix::add(std::string name) {
  width_ = std::max(width_, name.size());
  names_.push_back(std::move(name));
}

std::string line_prefix::line_of(std::size_t process, const line_piece& piece) const {
  return whole(names_[process], colours[process % colours.size()], piece);
}

std::string line_prefix::own_line(std::string_view text) const { return whole(own_name, bold, {text, false}); }

std::string line_prefix::whole(std::string_view name, std::string_view colour, const line_piece& piece) const {
  const char bar = piece.continued ? '+' : '|';
  if (!coloured_) return fmt::format("{:<{}} {} {}\n", name, width_, bar, piece.text);
  // A line that switches a colour on and not off must not paint the lines of the others.
  const bool leaves_colour = piece.text.find('\x1b') != std::string_view::npos;
  return fmt::format("{}{:<{}} {}{} {}{}\n", colour, name, width_, bar, plain, piece.text, leaves_colour ? plain : "");
}

}  // namespace quiesce_tool
