#pragma once

#include "os/unique_fd.hpp"

namespace quiesce::inline v0::os {

/// A descriptor that any thread can make readable.
class event_fd {
 public:
  /// Errors: std::system_error.
  event_fd();

  int get() const noexcept { return fd_.get(); }

  /// Readable until drained. May be called from a signal handler; keeps errno.
  void signal() noexcept;

  /// Not readable any more. Returns whether it was.
  bool drain() noexcept;

 private:
  unique_fd fd_;
};

}  // namespace quiesce::inline v0::os
