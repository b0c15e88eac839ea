#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <quiesce/quiesce.hpp>

#include "process_settings.hpp"
#include "surroundings.hpp"

namespace quiesce_tool {

/// Watches the paths of one process and gathers changes that belong together, such as those of one `git checkout`, into
/// one call. The window begins with the first change and has a fixed length: later changes do not prolong it, so that a
/// path that changes all the time delays a restart but cannot prevent it. No change is lost: one that comes while
/// `settled` runs, or later, opens the next window.
class change_window {
 public:
  /// Errors: std::system_error with the path in its text if one cannot be watched.
  change_window(surroundings& around, const process_settings& settings, std::function<void()> settled);

  void begin();
  /// Forgets an open window, and stays deaf from now on.
  void end();

  [[nodiscard]] bool has_paths() const noexcept { return !watches_.empty(); }

 private:
  struct watch {
    std::filesystem::path path;
    q::file_watch changes;
    q::registered_wait on_change;
    watch(change_window& owner, const std::filesystem::path& watched);
  };

  void changed(const std::filesystem::path& path);
  void window_over();

  surroundings& around_;
  const process_settings& settings_;
  std::function<void()> settled_;
  bool deaf_ = false;
  bool open_ = false;
  q::timer window_{q::timer::reset::automatic};
  q::registered_wait on_window_over_;
  std::deque<watch> watches_;  // not a vector: the callbacks point to its elements
};

}  // namespace quiesce_tool
