#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <quiesce/quiesce.hpp>
#include <system_error>

#include "back_off.hpp"
#include "process_settings.hpp"
#include "surroundings.hpp"

namespace quiesce_tool {

/// Watches the paths of one process and gathers changes that belong together, such as those of one `git checkout`, into
/// one call. The window begins with the first change and has a fixed length: later changes do not prolong it, so that a
/// path that changes all the time delays a restart but cannot prevent it. No change is lost: one that comes while
/// `settled` runs, or later, opens the next window.
///
/// A path whose directory is removed or renamed is looked for until something can be watched there again. Both, that it has
/// gone and that it is back, are changes.
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
    change_window& owner;
    std::filesystem::path path;
    q::file_watch changes;
    std::uint64_t known_losses = 0;
    bool is_lost = false;
    std::error_code reason{};
    back_off pauses;
    q::timer next_look{q::timer::reset::automatic};
    q::registered_wait on_news;  // of the watch or, while that is lost, of the timer
    watch(change_window& window, const std::filesystem::path& watched);

    void arm();
    void signalled();
    bool watch_anew();
  };

  void lost(const watch& which);
  void found(const watch& which);
  void changed(const std::filesystem::path& path, bool is_certain);
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
