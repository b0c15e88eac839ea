#include "os/inotify.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/contract.hpp"

namespace quiesce::inline v0::os {
namespace {
constexpr const char* queue_limit = "/proc/sys/fs/inotify/max_user_instances";
constexpr const char* watch_limit = "/proc/sys/fs/inotify/max_user_watches";

}  // namespace

inotify::inotify() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (fd_) return;
  const int error = errno;
  const std::string what = "cannot create a queue of file changes";
  // EMFILE means either of two limits: that of the user, or that of descriptors, which any other descriptor meets too.
  if (error == EMFILE && unique_fd(::open("/", O_PATH | O_CLOEXEC))) refuse_limit(what, queue_limit);
  refuse(error, what);
}

int inotify::add_watch(const std::string& path, std::uint32_t mask) {
  if (path.find('\0') != std::string::npos) refuse(EINVAL, "cannot watch a path with a zero byte in it");
  const int watch = ::inotify_add_watch(fd_.get(), path.c_str(), mask);
  if (watch >= 0) return watch;
  const int error = errno;
  if (error == ENOSPC) refuse_limit("cannot watch '" + path + "'", watch_limit);
  refuse(error, "cannot watch '" + path + "'");
}

bool inotify::remove_watch(int watch) noexcept { return ::inotify_rm_watch(fd_.get(), watch) == 0; }

std::uint64_t inotify::end_of_queue() const noexcept {
  int queued = 0;
  if (::ioctl(fd_.get(), FIONREAD, &queued) != 0) base::bug("the size of a queue of file changes was refused");
  return taken_ + static_cast<std::uint64_t>(queued);
}

std::size_t inotify::fill(std::span<std::byte> buffer) noexcept {
  ssize_t length;
  do {
    length = ::read(fd_.get(), buffer.data(), buffer.size());
  } while (length < 0 && errno == EINTR);
  if (length >= 0) {
    taken_ += static_cast<std::size_t>(length);
    return static_cast<std::size_t>(length);
  }
  if (errno != EAGAIN) base::bug("reading a queue of file changes was refused");
  return 0;
}

file_change inotify::first_of(std::span<const std::byte>& rest) noexcept {
  inotify_event event;
  std::memcpy(&event, rest.data(), sizeof event);
  const char* name = reinterpret_cast<const char*>(rest.data() + sizeof event);
  // The kernel fills the name up with zeros; there is none at all for the watched path itself.
  const std::string_view text(name, ::strnlen(name, event.len));
  rest = rest.subspan(sizeof event + event.len);
  return {event.wd, event.mask, event.cookie, text, (event.mask & IN_Q_OVERFLOW) != 0, 0};
}

}  // namespace quiesce::inline v0::os
