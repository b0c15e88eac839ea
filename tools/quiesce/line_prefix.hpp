#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "line_splitter.hpp"

namespace quiesce_tool {

/// Writes the name of its process before each line: `web     | text`, the names padded to one width. A piece that
/// continues a line too long to be whole has `+` for `|`.
class line_prefix {
 public:
  /// `names` are the processes in the order of the Procfile. This program's own lines carry the name quiesce.
  line_prefix(std::span<const std::string> names, bool coloured);

  [[nodiscard]] std::string line_of(std::size_t process, const line_piece& piece) const;
  [[nodiscard]] std::string own_line(std::string_view text) const;

 private:
  [[nodiscard]] std::string whole(std::string_view name, std::string_view colour, const line_piece& piece) const;

  std::vector<std::string> names_;  // padded
  std::string own_name_;
  bool coloured_;
};

}  // namespace quiesce_tool
