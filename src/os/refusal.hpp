#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace quiesce::inline v0::os {

/// The system refuses: throws std::system_error. `what` says what was asked for, with its values; the system's own
/// words for `error` follow it. The number is passed rather than read from errno here, because building `what` may
/// change errno.
[[noreturn]] inline void refuse(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), "quiesce: " + what);
}

/// The same for a limit of the kernel that is reached. The errors for these (ENOSPC is one) read like a full disk, so
/// the limit is named by the file in which it is set, and the code is always the one for too many open files.
[[noreturn]] inline void refuse_limit(const std::string& what, const char* limit) {
  refuse(EMFILE, what + " (the limit in " + limit + " is reached)");
}

}  // namespace quiesce::inline v0::os
