#include "line_splitter.hpp"

namespace quiesce_tool {
namespace {

/// Where to cut a text that is too long: not inside a UTF-8 character, unless this is no UTF-8 at all.
std::size_t place_to_cut(std::string_view text, std::size_t longest) {
  const auto inside_a_character = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  for (std::size_t at = longest; at + 4 > longest; --at) {
    if (!inside_a_character(at)) return at;
  }
  return longest;
}

}  // namespace

void line_splitter::feed(std::string_view bytes, const sink& take) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    end_line(bytes.substr(0, end), take);
    bytes.remove_prefix(end + 1);
  }
  unfinished_ += bytes;
  cut_pieces(take);
}

void line_splitter::finish(const sink& take) {
  if (!unfinished_.empty()) end_line({}, take);
}

void line_splitter::end_line(std::string_view rest, const sink& take) {
  if (unfinished_.empty() && rest.size() <= longest) {  // the usual line: whole, and not copied
    take({rest, continued_});
  } else {
    unfinished_ += rest;
    cut_pieces(take);
    take({unfinished_, continued_});
    unfinished_.clear();
  }
  continued_ = false;
}

void line_splitter::cut_pieces(const sink& take) {
  std::string_view left = unfinished_;
  while (left.size() > longest) {
    const auto cut = place_to_cut(left, longest);
    take({left.substr(0, cut), continued_});
    continued_ = true;
    left.remove_prefix(cut);
  }
  unfinished_.erase(0, unfinished_.size() - left.size());
}

}  // namespace quiesce_tool
