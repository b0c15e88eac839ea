#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "line_prefix.hpp"
#include "outlet.hpp"

namespace quiesce_tool {

/// Standard output as the user sees it: the lines of all processes and our own, each behind its name.
class console {
 public:
  console(outlet& out, line_prefix prefix) : out_{out}, prefix_{std::move(prefix)} {}

  /// A process that will have lines; the first one is number 0.
  void add(std::string name) { prefix_.add(std::move(name)); }
  void line_of(std::size_t process, const line_piece& piece) { out_.write(prefix_.line_of(process, piece)); }
  void say(std::string_view text) { out_.write(prefix_.own_line(text)); }
  [[nodiscard]] bool congested() const noexcept { return out_.congested(); }

 private:
  outlet& out_;
  line_prefix prefix_;
};

}  // namespace quiesce_tool
