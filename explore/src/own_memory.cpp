#include "own_memory.hpp"

#include <sys/mman.h>

// The linker knows where a section begins and ends whose name could be that of a variable.
extern "C" {
[[gnu::visibility("hidden")]] extern const char begin_of_variables[] asm("__start_explore_own");
[[gnu::visibility("hidden")]] extern const char end_of_variables[] asm("__stop_explore_own");
}

namespace explore::own_memory {
namespace {

EXPLORE_OWN constinit range known[most_ranges];
EXPLORE_OWN constinit std::size_t known_count = 0;

}  // namespace

range variables() noexcept {
  return {reinterpret_cast<std::uintptr_t>(begin_of_variables), reinterpret_cast<std::uintptr_t>(end_of_variables)};
}

void* map(std::size_t size) noexcept {
  void* const got = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<std::uintptr_t>(got);
  if (known_count != most_ranges) known[known_count++] = {begin, begin + size};
  return got;
}

void unmap(void* mapped, std::size_t size) noexcept {
  ::munmap(mapped, size);
  for (std::size_t i = 0; i < known_count; ++i) {
    if (known[i].begin != reinterpret_cast<std::uintptr_t>(mapped)) continue;
    known[i] = known[--known_count];
    return;
  }
}

const range* ranges() noexcept { return known; }
std::size_t count() noexcept { return known_count; }

}  // namespace explore::own_memory
