/// Descriptors of the system, which an execution must not wait for: nobody would come back to the other threads.
#pragma once

#include <cstdint>

namespace explore {

/// Files, directories and devices such as /dev/zero: reading them does not wait for anybody. Also for what is no
/// descriptor, which the kernel refuses.
bool never_blocks(int fd) noexcept;

/// Refuses `call` unless it cannot block.
void refuse_if_it_blocks(int fd, const char* call, std::uintptr_t pc) noexcept;

}  // namespace explore
