#pragma once
#include <string_view>

namespace quiesce_tool {

/// The page of the report without its contents: the file report.html, which the build makes a part of the program.
extern const std::string_view report_page;

}  // namespace quiesce_tool
