#pragma once

#include <sys/inotify.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "os/unique_fd.hpp"

namespace quiesce::inline v0::os {

/// One change that the kernel reports.
struct file_change {
  int watch;              // what add_watch() returned; -1 with overflow
  std::uint32_t mask;     // IN_…
  std::uint32_t cookie;   // joins the two halves of a rename; otherwise zero
  std::string_view name;  // the file within a watched directory; empty for the watched path itself
  bool overflow;          // the kernel's queue was full: any number of changes of any watch was not told
  std::uint64_t end;      // where it ends in all that the queue has held, as end_of_queue() counts
};

/// A queue in which the kernel puts the changes of files and directories.
class inotify {
 public:
  /// Errors: std::system_error; the limit of such queues per user and the limit of descriptors are told apart.
  inotify();

  int get() const noexcept { return fd_.get(); }

  /// Reports changes of `path` from now on. A second call for the same file returns the same watch with the new mask.
  /// Errors: std::system_error with the path; the limit of watches says which limit it is.
  int add_watch(const std::string& path, std::uint32_t mask);

  /// Ends a watch. Changes that are queued already are still read. False: the kernel had ended it, since the file is
  /// gone.
  bool remove_watch(int watch) noexcept;

  /// The end of the last change that is queued now, in bytes since the queue was made: what ends later comes later.
  /// Only for who may read.
  std::uint64_t end_of_queue() const noexcept;

  /// Hands what is queued to `call(const file_change&)`, in order, one buffer full; never blocks.
  /// Returns: how many changes there were. Zero: the queue is empty.
  template <class F>
  std::size_t read(F&& call) {
    alignas(inotify_event) std::byte buffer[4096];
    std::size_t count = 0;
    for (std::span<const std::byte> rest(buffer, fill(buffer)); !rest.empty(); ++count) {
      file_change change = first_of(rest);
      change.end = taken_ - rest.size();
      call(std::as_const(change));
    }
    return count;
  }

 private:
  std::size_t fill(std::span<std::byte> buffer) noexcept;
  static file_change first_of(std::span<const std::byte>& rest) noexcept;

  unique_fd fd_;
  std::uint64_t taken_ = 0;  // bytes, out of the kernel's queue
};

}  // namespace quiesce::inline v0::os
