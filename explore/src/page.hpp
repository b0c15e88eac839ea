/// The page that shows a report: one file, which asks for no other.
#pragma once

#include <string>
#include <string_view>

namespace explore {

/// The file page.html, which the build makes a part of the library.
extern const std::string_view empty_page;

/// The page with a report. `json`: as json_of() gives it.
std::string page_with(std::string_view json);

}  // namespace explore
