#include "json.hpp"

#include <cstdio>

namespace explore {
namespace {

// Bytes of the well-formed character that `text` begins with (Unicode 15, table 3-7); 0: it begins with none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                             : first >= 0xe0 && first <= 0xef ? 3
                             : first >= 0xf0 && first <= 0xf4 ? 4
                                                              : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  const bool is_long = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool is_surrogate = first == 0xed && second >= 0xa0;
  const bool is_beyond = first == 0xf4 && second >= 0x90;
  return is_long || is_surrogate || is_beyond ? 0 : length;
}

std::string escaped(unsigned char c) {
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\t': return "\\t";
    default: break;
  }
  char code[8];
  std::snprintf(code, sizeof code, "\\u%04x", c);
  return code;
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
      result += escaped(c);
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = character_length(text);
    result += length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result + "\"";
}

void json_writer::share(std::string_view name, std::optional<double> value) {
  key(name);
  if (!value) return nothing();
  // Not by printf, whose decimal point is a matter of the program's locale.
  const auto millionths = static_cast<unsigned>(*value * 1'000'000 + 0.5);
  const std::string digits = std::to_string(millionths % 1'000'000);
  put(std::to_string(millionths / 1'000'000) + '.' + std::string(6 - digits.size(), '0') + digits);
}

void json_writer::key(std::string_view name) {
  separate();
  written_ += json_string(name) + ":";
  is_first_ = true;
}

void json_writer::open(char bracket) {
  separate();
  written_ += bracket;
  is_first_ = true;
}

void json_writer::close(char bracket) {
  written_ += bracket;
  is_first_ = false;
}

void json_writer::put(std::string_view value) {
  separate();
  written_ += value;
}

void json_writer::separate() {
  if (!is_first_) written_ += ',';
  is_first_ = false;
}

}  // namespace explore
