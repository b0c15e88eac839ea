#pragma once
#include <cerrno>
#include <system_error>

namespace quiesce_tool {

/// Says that the call named `what` has failed, and why: what errno tells, unless another error is given.
[[noreturn]] inline void throw_errno(const char* what, int error = errno) {
  throw std::system_error{error, std::generic_category(), what};
}

}  // namespace quiesce_tool
