#pragma once
#include <string>
#include <string_view>

namespace quiesce_tool {

/// What is wrong in a file, and where; line 0 speaks of the file as a whole.
struct file_fault {
  int line;
  std::string what;
};

/// `PATH:LINE: what is wrong`, the form that editors and terminals turn into a link.
[[nodiscard]] std::string fault_text(std::string_view path, const file_fault& fault);

}  // namespace quiesce_tool
