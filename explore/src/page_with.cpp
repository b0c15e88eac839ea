#include "page.hpp"

namespace explore {

std::string page_with(std::string_view json) {
  constexpr std::string_view place = "REPORT_JSON";
  const std::size_t at = empty_page.find(place);
  std::string page(empty_page.substr(0, at));
  // Inside of strings only, where it means the same: so nothing in them ends the element.
  for (const char c : json) c == '<' ? page += "\\u003c" : page += c;
  return page.append(empty_page.substr(at + place.size()));
}

}  // namespace explore
