#include "os/event_fd.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace quiesce::inline v0::os {

event_fd::event_fd() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_) return;
  const int error = errno;
  refuse(error, "cannot create a descriptor to wake a thread with");
}

void event_fd::signal() noexcept {
  const int before = errno;
  const std::uint64_t one = 1;
  // Refused only when the counter is full, and then the descriptor is readable already.
  [[maybe_unused]] const ssize_t written = ::write(fd_.get(), &one, sizeof one);
  errno = before;
}

bool event_fd::drain() noexcept {
  std::uint64_t count;
  return ::read(fd_.get(), &count, sizeof count) == static_cast<ssize_t>(sizeof count);
}

}  // namespace quiesce::inline v0::os
