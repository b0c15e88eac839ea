#include "text_layout.hpp"

#include <algorithm>
#include <string_view>

namespace explore {
namespace {

bool begins_a_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

// Bytes that the first `count` characters take.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (begins_a_character(text[at]) && count-- == 0) break;
    ++at;
  }
  return at;
}

}  // namespace

std::size_t display_width(const std::string& text) {
  std::size_t width = 0;
  for (const char byte : text) width += begins_a_character(byte) ? 1 : 0;
  return width;
}

std::string cut_to(const std::string& text, std::size_t width) {
  const std::size_t whole = display_width(text);
  if (whole <= width) return text;
  if (width == 0) return {};
  const std::size_t head = (width - 1) / 3;
  const std::size_t tail = width - 1 - head;
  return text.substr(0, bytes_of(text, head)) + "…" + text.substr(bytes_of(text, whole - tail));
}

std::string pad_to(const std::string& text, std::size_t width) {
  std::string padded = cut_to(text, width);
  padded.append(width - display_width(padded), ' ');
  return padded;
}

std::string wrapped(const std::string& text, std::size_t width) {
  std::string lines, line;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      lines += line + "\n";
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
    at = end + 1;
  }
  return line.empty() ? lines : lines + line + "\n";
}

std::string indented(const std::string& text, const std::string& prefix) {
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines += prefix + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return lines;
}

}  // namespace explore
