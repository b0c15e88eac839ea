#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace quiesce_tool {

/// A whole line without its newline, or a piece of one that is longer than line_splitter::longest.
struct line_piece {
  std::string_view text;  // valid during the call that hands it over
  bool continued;         // the line began in an earlier piece
};

/// Cuts a stream of bytes, which comes in parts of any size, into lines. Every byte but the newlines comes out again,
/// once and in order. A line beyond `longest` comes out in pieces, so that a process that never ends its line can
/// neither fill the memory nor stay unheard.
class line_splitter {
 public:
  static constexpr std::size_t longest = 64 * 1024;
  using sink = std::function<void(const line_piece&)>;

  void feed(std::string_view bytes, const sink& take);

  /// The stream has ended: hands over a last line that lacks its newline.
  void finish(const sink& take);

 private:
  void end_line(std::string_view rest, const sink& take);
  void cut_pieces(const sink& take);

  std::string unfinished_;
  bool continued_ = false;
};

}  // namespace quiesce_tool
