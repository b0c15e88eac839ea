#include "outlet.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "throw_errno.hpp"

namespace quiesce_tool {
namespace {

mode_t type_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno("fstat");
  return status.st_mode & S_IFMT;
}

/// O_NONBLOCK belongs to the open file, which we share with the shell and with whoever else writes to this terminal:
/// setting it there would make their writes fail. So a pipe or terminal is opened anew. A regular file is not, since its
/// position is shared too, and rightly so: `(quiesce run; date) >log` must not write over itself.
file_descriptor open_without_blocking(int fd) {
  if (const mode_t type = type_of(fd); type == S_IFIFO || type == S_IFCHR) {
    const auto path = fmt::format("/proc/self/fd/{}", fd);
    file_descriptor own{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
    if (own) return own;  // refused after a change of the user, for instance: then writes to it may block
  }
  file_descriptor own{::fcntl(fd, F_DUPFD_CLOEXEC, 3)};
  if (!own) throw_errno("dup");
  return own;
}

}  // namespace

outlet::outlet(q::thread_pool& pool, int fd, events tell)
    : is_socket_{type_of(fd) == S_IFSOCK},
      file_{open_without_blocking(fd)},
      tell_{std::move(tell)},
      on_room_{pool, [this](q::callback_scope&) { continue_writing(); }} {}

void outlet::write(std::string line) {
  if (broken_) return;
  if (queue_.empty()) {
    const std::size_t taken = offer(line);
    if (broken_ || taken == line.size()) return;
    line.erase(0, taken);
    wait_for_room();
  }
  queued_bytes_ += line.size();
  queue_.push_back(std::move(line));
}

std::size_t outlet::offer(std::string_view text) {
  for (;;) {
    const ssize_t taken = is_socket_ ? ::send(file_.number(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                     : ::write(file_.number(), text.data(), text.size());
    if (taken >= 0) return static_cast<std::size_t>(taken);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) fail({errno, std::generic_category()});
    return 0;
  }
}

void outlet::wait_for_room() {
  try {
    if (!room_) room_.emplace(file_.number(), q::descriptor::readiness::writable);
    on_room_.arm(*room_);
  } catch (const std::system_error& error) {
    fail(error.code());
  }
}

void outlet::continue_writing() {
  while (!queue_.empty()) {
    std::string& line = queue_.front();
    const std::size_t taken = offer(line);
    if (broken_) return;
    queued_bytes_ -= taken;
    if (taken < line.size()) {
      line.erase(0, taken);
      wait_for_room();
      break;
    }
    queue_.pop_front();
  }
  tell_.relieved();
}

void outlet::fail(std::error_code error) {
  if (std::exchange(broken_, true)) return;
  queue_.clear();
  queued_bytes_ = 0;
  tell_.broken(error);
}

}  // namespace quiesce_tool
