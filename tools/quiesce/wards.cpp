#include "wards.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace quiesce_tool {

q::process* wards::adopt(const proc_entry& who) {
  const auto known = std::find_if(wards_.begin(), wards_.end(), [&](const ward& w) { return w.who == who; });
  if (known != wards_.end()) return &known->handle;
  try {
    q::process handle = q::process::adopt(who.pid);
    // The pid may have gone to a stranger since the table was read. Now the handle holds on to whoever has it.
    if (read_process(who.pid) != who) return nullptr;
    return &wards_.emplace_back(who, std::move(handle)).handle;
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_process) return nullptr;
    throw;
  }
}

void wards::forget_ended() {
  std::erase_if(wards_, [](const ward& w) { return static_cast<bool>(q::try_wait(w.handle)); });
}

}  // namespace quiesce_tool
