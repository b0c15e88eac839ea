#include "heap.hpp"

#include <sys/mman.h>

#include <algorithm>

#include "real.hpp"

namespace explore {
namespace {

constexpr int contents_of_new_memory = 0xbe;  // the same in each execution, and seldom what a program hopes for

}  // namespace

bool heap::map() noexcept {
  void* const wanted = reinterpret_cast<void*>(arena_begin);
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  void* const got = ::mmap(wanted, arena_size, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (got == MAP_FAILED) return false;
  if (got != wanted) {
    ::munmap(got, arena_size);
    return false;
  }
  for (unsigned i = 0; i < arena_size / stack_size - heap_size / stack_size; ++i)
    ::mprotect(stack(i), stack_guard, PROT_NONE);
  return true;
}

void heap::keep() noexcept {
  kept_ = next_;
  kept_number_ = number_;
  const std::size_t size = kept_ - arena_begin;
  if (size == 0) return;
  saved_ =
      static_cast<unsigned char*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  copy_bytes(saved_, reinterpret_cast<void*>(arena_begin), size);
}

void heap::reset() noexcept {
  next_ = kept_;
  number_ = kept_number_;
  if (kept_ != arena_begin) copy_bytes(reinterpret_cast<void*>(arena_begin), saved_, kept_ - arena_begin);
}

void* heap::allocate(std::size_t size, std::size_t alignment) noexcept {
  const std::size_t step = std::max(alignment, sizeof(block));
  const std::uintptr_t at = (next_ + sizeof(block) + step - 1) & ~(step - 1);
  const std::size_t taken = (std::max<std::size_t>(size, 1) + 15) & ~std::size_t{15};
  if (size > heap_size || at + taken > arena_begin + heap_size) return nullptr;
  next_ = at + taken;
  void* const memory = reinterpret_cast<void*>(at);
  *block_of(memory) = {size, ++number_, live};
  fill_bytes(memory, contents_of_new_memory, size);
  return memory;
}

}  // namespace explore
