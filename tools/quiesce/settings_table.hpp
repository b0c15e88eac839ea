#pragma once
#include <toml++/toml.h>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "file_fault.hpp"

namespace quiesce_tool {

/// Reads one table of a settings file key by key. Each answers nothing if the key is missing; if its value is not of the
/// wanted form, that is a fault with the line and the value, and the answer is nothing, too.
class settings_table {
 public:
  /// `path` names the table in messages: "web", "web.stop".
  settings_table(const toml::table& table, std::string path, std::vector<file_fault>& faults)
      : table_{table}, path_{std::move(path)}, faults_{faults} {}

  /// Text without a NUL byte, which no command and no path may hold; not empty.
  std::optional<std::string> text(std::string_view key);
  std::optional<bool> flag(std::string_view key);
  std::optional<std::int64_t> number(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<std::chrono::milliseconds> duration(std::string_view key);
  std::optional<int> signal(std::string_view key);
  /// One text or an array of them, with the line of each.
  std::vector<std::pair<std::string, int>> texts(std::string_view key);
  /// Each key of a table with a text for its value.
  std::vector<std::pair<std::string, std::string>> variables(std::string_view key);
  std::optional<settings_table> table(std::string_view key);

  /// The line of the key's value, or of the table itself.
  [[nodiscard]] int line_of(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// `KEY = VALUE WHAT`, at the line of the value.
  void refuse(std::string_view key, std::string_view what);
  /// Every key that nobody has asked for is a fault.
  void refuse_other_keys();

 private:
  const toml::node* look_up(std::string_view key);
  void refuse_at(const toml::node& value, std::string_view key, std::string_view what);
  std::optional<std::string> text_in(const toml::node& value, std::string_view key);

  const toml::table& table_;
  std::string path_;
  std::vector<file_fault>& faults_;
  std::set<std::string, std::less<>> asked_;
};

/// The value as it could stand in the file, cut if it is long.
[[nodiscard]] std::string shown(const toml::node& value);

/// The line where it begins.
[[nodiscard]] int line_of(const toml::node& node) noexcept;

}  // namespace quiesce_tool
