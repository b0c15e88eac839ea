#include "file_fault.hpp"

#include <fmt/format.h>

namespace quiesce_tool {

std::string fault_text(std::string_view path, const file_fault& fault) {
  if (fault.line == 0) return fmt::format("{}: {}", path, fault.what);
  return fmt::format("{}:{}: {}", path, fault.line, fault.what);
}

}  // namespace quiesce_tool
