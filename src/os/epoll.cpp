#include "os/epoll.hpp"

#include <cerrno>
#include <string>

#include "base/contract.hpp"

namespace quiesce::inline v0::os {
namespace {

int control(int set, int operation, int fd, std::uint32_t events, std::uint64_t key) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  return ::epoll_ctl(set, operation, fd, &event) == 0 ? 0 : errno;
}

const char* reason(int error) noexcept {
  switch (error) {
    case EPERM: return " (it is always ready, as regular files and directories are: there is nothing to wait for)";
    case ELOOP:
    case EINVAL: return " (it is itself a set of watched descriptors)";
    default: return "";
  }
}

}  // namespace

epoll::epoll() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (fd_) return;
  const int error = errno;
  refuse(error, "cannot create a descriptor to watch others with");
}

void epoll::add(int fd, std::uint32_t events, std::uint64_t key) {
  const int error = control(fd_.get(), EPOLL_CTL_ADD, fd, events, key);
  if (error == 0) return;
  const std::string what = "cannot watch descriptor " + std::to_string(fd);
  if (error == ENOSPC) refuse_limit(what, "/proc/sys/fs/epoll/max_user_watches");
  refuse(error, what + reason(error));
}

int epoll::modify(int fd, std::uint32_t events, std::uint64_t key) noexcept {
  return control(fd_.get(), EPOLL_CTL_MOD, fd, events, key);
}

int epoll::remove(int fd) noexcept { return control(fd_.get(), EPOLL_CTL_DEL, fd, 0, 0); }

std::size_t epoll::wait(std::span<epoll_event> found, int milliseconds) noexcept {
  const int count = ::epoll_wait(fd_.get(), found.data(), static_cast<int>(found.size()), milliseconds);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno != EINTR) base::bug("waiting for descriptors was refused");
  return 0;
}

}  // namespace quiesce::inline v0::os
