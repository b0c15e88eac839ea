/// Memory that is the explorer's own, and not the program's: a pointer in it keeps nothing, and it is not put back.
#pragma once

#include <cstddef>
#include <cstdint>

/// Before a variable of the explorer that has nothing to do with one execution or another.
#define EXPLORE_OWN [[gnu::section("explore_own")]]

namespace explore::own_memory {

struct range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

/// Zeroes, which take no room before they are written. Null: no memory.
void* map(std::size_t size) noexcept;
void unmap(void* mapped, std::size_t size) noexcept;

/// Where the variables are that stand after EXPLORE_OWN.
range variables() noexcept;

/// All that is mapped.
inline constexpr std::size_t most_ranges = 256;  // those beyond count as memory of the program
const range* ranges() noexcept;
std::size_t count() noexcept;

}  // namespace explore::own_memory
