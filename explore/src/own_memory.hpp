/// Memory that the explorer maps for itself. What lies there is no memory of the program: a pointer in it keeps nothing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace explore::own_memory {

struct range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

/// Zeroes, which take no room before they are written. Null: no memory.
void* map(std::size_t size) noexcept;
void unmap(void* mapped, std::size_t size) noexcept;

/// All that is mapped.
inline constexpr std::size_t most_ranges = 256;  // those beyond count as memory of the program
const range* ranges() noexcept;
std::size_t count() noexcept;

}  // namespace explore::own_memory
