#include "wards.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "file_descriptor.hpp"
#include "throw_errno.hpp"

namespace quiesce_tool {

namespace {

// Asked when the pid is held by a descriptor: it may have gone to a stranger since the table was read.
bool is_still(const proc_entry& who) {
  errno = 0;
  const auto now = read_process(who.pid);
  if (!now && errno != 0 && errno != ENOENT && errno != ESRCH) throw_errno("read_process");
  return now == who;
}

}  // namespace

q::process* wards::known(const proc_entry& who) {
  const auto found = std::find_if(wards_.begin(), wards_.end(), [&](const ward& w) { return w.who == who; });
  return found == wards_.end() ? nullptr : &found->handle;
}

q::process* wards::adopt(const proc_entry& who) {
  if (q::process* const handle = known(who)) return handle;
  try {
    q::process handle = q::process::adopt(who.pid);
    return is_still(who) ? &wards_.emplace_back(who, std::move(handle)).handle : nullptr;
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_process) return nullptr;
    throw;
  }
}

bool wards::send(const proc_entry& who, int signal) {
  if (q::process* const handle = known(who)) {
    handle->send(signal);
    return true;
  }
  // Not by a handle: that of a child stays until the child has ended.
  const file_descriptor holder{static_cast<int>(::syscall(SYS_pidfd_open, who.pid, 0))};
  if (!holder && errno != ESRCH) throw_errno("pidfd_open");
  if (!holder || !is_still(who)) return false;
  if (::syscall(SYS_pidfd_send_signal, holder.number(), signal, nullptr, 0) == 0) return true;
  if (errno != ESRCH) throw_errno("pidfd_send_signal");
  return false;
}

void wards::forget_ended() {
  std::erase_if(wards_, [](const ward& w) { return static_cast<bool>(q::try_wait(w.handle)); });
}

}  // namespace quiesce_tool
