#include "wards.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <utility>

#include "throw_errno.hpp"

namespace quiesce_tool {

namespace {

// Nothing if it is gone. The pid may have gone to a stranger since the table was read; the handle holds on to whoever has it.
std::optional<q::process> handle_of(const proc_entry& who) {
  try {
    q::process handle = q::process::adopt(who.pid);
    errno = 0;
    const auto now = read_process(who.pid);
    if (!now && errno != 0 && errno != ENOENT && errno != ESRCH) throw_errno("read_process");
    if (now == who) return handle;
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::no_such_process) throw;
  }
  return std::nullopt;
}

}  // namespace

q::process* wards::known(const proc_entry& who) {
  const auto found = std::find_if(wards_.begin(), wards_.end(), [&](const ward& w) { return w.who == who; });
  return found == wards_.end() ? nullptr : &found->handle;
}

q::process* wards::adopt(const proc_entry& who) {
  if (q::process* const handle = known(who)) return handle;
  auto handle = handle_of(who);
  return handle ? &wards_.emplace_back(who, std::move(*handle)).handle : nullptr;
}

bool wards::send(const proc_entry& who, int signal) {
  if (q::process* const handle = known(who)) {
    handle->send(signal);
    return true;
  }
  // A child of ours that nobody has adopted is taken out of the table by nobody: its pid is its own.
  if (who.parent == ::getpid()) {
    if (::kill(who.pid, signal) == 0) return true;
    if (errno != ESRCH) throw_errno("kill");
    return false;
  }
  auto handle = handle_of(who);
  if (handle) handle->send(signal);
  return handle.has_value();
}

void wards::forget_ended() {
  std::erase_if(wards_, [](const ward& w) { return static_cast<bool>(q::try_wait(w.handle)); });
}

}  // namespace quiesce_tool
