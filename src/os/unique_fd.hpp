#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "os/refusal.hpp"

namespace quiesce::inline v0::os {

/// Owns one descriptor, or none.
class unique_fd {
 public:
  unique_fd() noexcept = default;
  explicit unique_fd(int fd) noexcept : fd_(fd) {}
  unique_fd(unique_fd&& from) noexcept : fd_(from.release()) {}
  unique_fd& operator=(unique_fd&& from) noexcept {
    if (this != &from) reset(from.release());
    return *this;
  }
  ~unique_fd() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept { return std::exchange(fd_, -1); }

  void reset(int fd = -1) noexcept {
    const int old = std::exchange(fd_, fd);
    if (old < 0) return;
    // A destructor stands between many a failed call and the report of its errno.
    const int before = errno;
    // Not repeated after EINTR: on Linux the descriptor is gone then, and its number may be another thread's already.
    static_cast<void>(::close(old));
    errno = before;
  }

 private:
  int fd_ = -1;
};

/// Another descriptor for what `fd` stands for; it stays valid when the owner of `fd` closes his.
/// Errors: std::system_error with the number in its text.
inline unique_fd duplicate(int fd) {
  // Above the three standard descriptors, so that a duplicate is never taken for one of them, whatever is closed.
  unique_fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (copy) return copy;
  // EINVAL: the limit of descriptors is not even above the three, which is only another way to have no more.
  const int error = errno == EINVAL ? EMFILE : errno;
  refuse(error, "cannot duplicate descriptor " + std::to_string(fd));
}

}  // namespace quiesce::inline v0::os
