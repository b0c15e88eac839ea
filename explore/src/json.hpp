/// JSON (RFC 8259), written from front to back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace explore {

/// In quotes. What is not UTF-8 becomes U+FFFD; so any bytes that a program gave make a string.
std::string json_string(std::string_view);

class json_writer {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  /// Before a value in an object.
  void key(std::string_view name);

  void text(std::string_view value) { put(json_string(value)); }
  void number(std::uint64_t value) { put(std::to_string(value)); }
  void truth(bool value) { put(value ? "true" : "false"); }
  void nothing() { put("null"); }

  void text(std::string_view name, std::string_view value) { key(name), text(value); }
  void number(std::string_view name, std::uint64_t value) { key(name), number(value); }
  /// From 0 to 1, with six digits; nothing is null.
  void share(std::string_view name, std::optional<double> value);
  void truth(std::string_view name, bool value) { key(name), truth(value); }

  [[nodiscard]] const std::string& written() const { return written_; }

 private:
  void open(char bracket);
  void close(char bracket);
  void put(std::string_view value);
  void separate();

  std::string written_;
  bool is_first_ = true;  // of what the innermost brackets hold, or just behind a key
};

}  // namespace explore
