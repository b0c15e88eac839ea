#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "line_splitter.hpp"

namespace quiesce_tool {

/// Writes the name of its process before each line: `web     | text`, the names padded to one width. A piece that
/// continues a line too long to be whole has `+` for `|`.
class line_prefix {
 public:
  /// This program's own lines carry the name quiesce.
  explicit line_prefix(bool coloured) : coloured_{coloured} {}

  /// The next process: the first one is number 0.
  void add(std::string name);

  [[nodiscard]] std::string line_of(std::size_t process, const line_piece& piece) const;
  [[nodiscard]] std::string own_line(std::string_view text) const;

 private:
  static constexpr std::string_view own_name = "quiesce";
  [[nodiscard]] std::string whole(std::string_view name, std::string_view colour, const line_piece& piece) const;

  std::vector<std::string> names_;
  std::size_t width_ = own_name.size();
  bool coloured_;
};

}  // namespace quiesce_tool
