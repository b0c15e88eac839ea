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

/// Calls `see` with begin and end of each part of [begin, end) that lies in none of the holes.
template <class See>
void see_without(std::uintptr_t begin, std::uintptr_t end, const range* holes, std::size_t count, const See& see) {
  for (std::size_t i = 0; i < count; ++i) {
    if (holes[i].end <= begin || end <= holes[i].begin) continue;
    if (begin < holes[i].begin) see_without(begin, holes[i].begin, holes + i + 1, count - i - 1, see);
    if (end <= holes[i].end) return;
    begin = holes[i].end;
  }
  if (begin < end) see(begin, end);
}

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
