/// The memory of this process that can be written and is its own, as the kernel tells it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "own_memory.hpp"

namespace explore {

/// Calls `see` with begin and end of each such part, but for what `without` names. Allocates nothing.
void see_writable_memory(const own_memory::range* without, std::size_t count,
                         void (*see)(void* given, std::uintptr_t begin, std::uintptr_t end), void* given) noexcept;

}  // namespace explore
