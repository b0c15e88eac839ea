#pragma once

#include <cstdint>
#include <filesystem>
#include <source_location>

#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

/// A handle that becomes signalled when something about one file or directory has changed since the last time: the wait
/// that takes it resets it, and changes that nobody took merge into one.
///
/// Of a file: its contents, its attributes, its removal, and a file of the same name that takes its place, as editors
/// and installers do by renaming. Of a directory: an entry that is made, removed, renamed or changed in it, not deeper.
/// A symbolic link is watched as the name it is; changes of what it points to are not seen. All watches of the process
/// share one inotify descriptor. When the kernel loses changes because too many came at once, every watch is signalled,
/// since each may have changed, and losses() grows.
/// When the directory that is watched, or that holds the watched file, is itself removed or renamed, the handle is
/// signalled for ever: a new one has to be made. A registered wait that repeats then calls back without end.
///
/// From a callback: everything here may be used.
/// Errors: std::system_error with the path: it does not exist, may not be read, or a limit of inotify is reached, which
///         is then named. std::bad_alloc.
class file_watch : public handle {
 public:
  explicit file_watch(std::filesystem::path path);

  /// Another handle to the same watch.
  [[nodiscard]] file_watch duplicate() const noexcept { return file_watch(shared()); }

  /// How often it was signalled, since it was made, because changes were lost: then it is not known whether anything has
  /// changed. Who takes the signal finds it counted. Never blocks.
  [[nodiscard]] std::uint64_t losses(std::source_location where = std::source_location::current()) const noexcept;

 private:
  explicit file_watch(waitable* owned) noexcept : handle(owned) {}
};

}  // namespace quiesce::inline v0
