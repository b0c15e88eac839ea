/// Calls that an execution cannot make: they would block for real, or have effects that cannot be taken back.
#pragma once

namespace explore {

/// The name of a system call that a program must not make by its number, as syscall() does, or null.
const char* refused_system_call(long call) noexcept;

}  // namespace explore
