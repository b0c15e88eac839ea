#include "outlet.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "throw_errno.hpp"

namespace quiesce_tool {
namespace {

// Between two attempts to write to a disk that was full.
constexpr auto pause_of_a_full_disk = std::chrono::milliseconds{250};

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
  const bool is_next = queue_.empty();
  queued_bytes_ += line.size();
  queue_.push_back(std::move(line));
  if (is_next) offer_queue();
}

void outlet::offer_queue() {
  while (!queue_.empty() && offer(queue_.front())) queue_.pop_front();
  if (queue_.empty()) full_ = false;
}

bool outlet::offer(std::string& line) {
  std::string_view rest = line;
  std::error_code refused;
  while (!rest.empty() && !refused) {
    const ssize_t count = is_socket_ ? ::send(file_.number(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                     : ::write(file_.number(), rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      refused = {errno, std::generic_category()};
    }
  }
  const std::size_t taken = line.size() - rest.size();
  queued_bytes_ -= taken;
  if (!refused) return true;
  line.erase(0, taken);
  if (refused == std::errc::resource_unavailable_try_again) {
    wait_for_reader();
  } else if (refused == std::errc::no_space_on_device || refused.value() == EDQUOT) {
    wait_for_disk(refused);
  } else {
    fail(refused);
  }
  return false;
}

void outlet::continue_writing() {
  const std::size_t before = queued_bytes_;
  offer_queue();
  if (!broken_ && queued_bytes_ < before) tell_.relieved();
}

void outlet::wait_for_reader() {
  try {
    if (!room_) room_.emplace(file_.number(), q::descriptor::readiness::writable);
    on_room_.arm(*room_);
  } catch (const std::system_error& error) {
    fail(error.code());
  }
}

void outlet::wait_for_disk(std::error_code error) {
  next_try_.set(pause_of_a_full_disk);
  on_room_.arm(next_try_);
  if (!std::exchange(full_, true)) tell_.full(error);
}

void outlet::fail(std::error_code error) {
  if (std::exchange(broken_, true)) return;
  full_ = false;
  queue_.clear();
  queued_bytes_ = 0;
  tell_.broken(error);
}

}  // namespace quiesce_tool
