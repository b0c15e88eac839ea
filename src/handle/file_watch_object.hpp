#pragma once

#include <filesystem>
#include <string>

#include "quiesce/event_object.hpp"
#include "reactor/reactor.hpp"

namespace quiesce::inline v0 {

class change_dispatch;

/// The object behind a file watch: an auto-reset event that the dispatch of changes sets.
class file_watch_object final : public event_object {
 public:
  /// Errors: std::system_error, std::bad_alloc.
  explicit file_watch_object(const std::filesystem::path& path);

 private:
  friend class change_dispatch;
  ~file_watch_object() override = default;
  void last_reference_dropped() noexcept override;

  reactor::reactor::reference reactor_;
  std::string entry_;                  // the name within the watched directory; empty: the directory itself
  int watch_ = -1;                     // inotify's; guarded by the lock of the dispatch; -1: the kernel has ended it
  file_watch_object* next_ = nullptr;  // guarded by the lock of the dispatch
  file_watch_object* next_set_ = nullptr;  // guarded by the dispatch's calling_, as the next
  bool is_collected_ = false;
};

/// What a reactor calls when files have changed: one for the process, whichever reactor runs. Reactors get it by add();
/// it has a name for the tests, which call it as a reactor would.
reactor::source& change_source() noexcept;

}  // namespace quiesce::inline v0
