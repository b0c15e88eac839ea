/// Lines of a fixed width. A width counts characters, not bytes: names may hold UTF-8.
#pragma once

#include <cstddef>
#include <string>

namespace explore {

std::size_t display_width(const std::string& text);

/// At most `width` columns, the middle left out as "…": the end of a step's text says how it came out.
std::string cut_to(const std::string& text, std::size_t width);

/// Exactly `width` columns.
std::string pad_to(const std::string& text, std::size_t width);

/// The text in lines of at most `width` columns, broken at spaces, with a line end behind each.
std::string wrapped(const std::string& text, std::size_t width);

/// Every line of `text` behind `prefix`, with a line end behind the last one too.
std::string indented(const std::string& text, const std::string& prefix);

}  // namespace explore
