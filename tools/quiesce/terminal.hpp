#pragma once

namespace quiesce_tool {

/// The terminal that controls this process, if there was one when the object was made.
class terminal {
 public:
  terminal() noexcept : was_there_{is_there()} {}

  /// It was there, and is gone: its window was closed, or the connection broke down. The kernel takes it away before it
  /// tells us so by SIGHUP, which is how this SIGHUP is told from one that somebody has sent.
  [[nodiscard]] bool was_closed() const noexcept { return was_there_ && !is_there(); }

 private:
  [[nodiscard]] static bool is_there() noexcept;

  bool was_there_;
};

}  // namespace quiesce_tool
