#include "base/contract.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

namespace quiesce::inline v0::base {
namespace {

// A fixed buffer: the line must come out even when there is no memory left.
using line = std::array<char, 1024>;

int format(line& out, const char* kind, std::string_view rule, std::string_view name,
           const std::source_location& where) {
  constexpr std::size_t most_of_a_name = 256;  // the place comes after it, and has to have room
  name = name.substr(0, most_of_a_name);
  const bool named = !name.empty();
  const int length =
      std::snprintf(out.data(), out.size(), "quiesce: %s%.*s%s%.*s%s (%s:%u)", kind, static_cast<int>(rule.size()),
                    rule.data(), named ? " [" : "", static_cast<int>(name.size()), name.data(), named ? "]" : "",
                    where.file_name(), static_cast<unsigned>(where.line()));
  return length < static_cast<int>(out.size()) ? length : static_cast<int>(out.size()) - 1;
}

[[noreturn]] void end_process(line& text, int length) noexcept {
  text[static_cast<std::size_t>(length)] = '\n';
  // The result is of no use: there is nobody left to tell.
  if (::write(STDERR_FILENO, text.data(), static_cast<std::size_t>(length) + 1) < 0) std::abort();
  std::abort();
}

}  // namespace

void misuse(std::string_view rule, std::string_view name, std::source_location where) {
  line text;
  const int length = format(text, "", rule, name, where);
  throw std::logic_error(std::string(text.data(), static_cast<std::size_t>(length)));
}

void too_large(std::string_view rule, std::string_view name, std::source_location where) {
  line text;
  const int length = format(text, "", rule, name, where);
  throw std::system_error(std::make_error_code(std::errc::value_too_large),
                          std::string(text.data(), static_cast<std::size_t>(length)));
}

void fatal_misuse(std::string_view rule, std::string_view name, std::source_location where) noexcept {
  line text;
  end_process(text, format(text, "", rule, name, where));
}

void bug(std::string_view rule, std::source_location where) noexcept {
  line text;
  end_process(text, format(text, "internal error: ", rule, {}, where));
}

}  // namespace quiesce::inline v0::base
