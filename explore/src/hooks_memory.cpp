/// Allocation, and the functions of libc that read and write memory for their caller.
#include <malloc.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>

#include "hooks.hpp"
#include "program.hpp"

extern "C" {
void* __libc_malloc(std::size_t);
void __libc_free(void*);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace explore {
namespace {

// The program's own memory comes from the arena: in an execution, and in a program that is explored as a whole even before.
bool is_programs(const void* called_at) noexcept {
  if (active == nullptr) return false;
  if (!active->is_running() && !program_is_starting()) return false;
  return !active->system().contains(called_at);
}

void* allocate(std::size_t size, std::size_t alignment, const void* called_at) noexcept {
  void* const memory = active->allocate(size, alignment, number(called_at));
  if (memory == nullptr) errno = ENOMEM;
  return memory;
}

void give_back(void* memory, const void* called_at) noexcept {
  heap::block& block = *heap::block_of(memory);
  if (!is_explored()) {
    if (block.state == heap::live) active->memory().give_back(block);
    return;
  }
  engine& in = *active;
  if (block.state == heap::live) {
    in.announce_free(block, number(called_at));
  } else {
    in.self().pending.pc = number(called_at);
  }
  if (block.state == heap::freed) {
    in.give_back_again(number(memory), block.size, block.number);
  }
  if (block.state != heap::live) in.refuse_free(memory, number(called_at));
  in.give_back(block);
}

// What libc has allocated, or what is older than the exploration, is no business of the explorer.
void expect_allocation(const void* memory, const void* called_at) noexcept {
  if (!is_explored() || active->system().contains(called_at)) return;
  if (active->is_no_allocation(number(memory))) active->refuse_free(memory, number(called_at));
}

void* move_block(void* old, std::size_t size, const void* called_at) noexcept {
  void* const made = allocate(size, alignof(std::max_align_t), called_at);
  if (made == nullptr || old == nullptr) return made;
  const std::size_t had = heap::owns(old) ? heap::block_of(old)->size : ::malloc_usable_size(old);
  copy_bytes(made, old, had < size ? had : size);
  if (heap::owns(old)) {
    give_back(old, called_at);
  } else {
    __libc_free(old);
  }
  return made;
}

// As glibc has it: of no bytes, what there was is freed.
void* change_size(void* old, std::size_t size, const void* called_at) noexcept {
  const bool is_ours = heap::owns(old) || (old == nullptr && is_programs(called_at));
  if (!is_ours) {
    if (old != nullptr) expect_allocation(old, called_at);
    return __libc_realloc(old, size);
  }
  if (old == nullptr || size != 0) return move_block(old, size, called_at);
  give_back(old, called_at);
  return nullptr;
}

void* new_memory(std::size_t size, std::size_t alignment, const void* called_at) {
  const bool is_ours = is_explored() || (active != nullptr && program_is_starting());
  for (;;) {
    void* const memory =
        is_ours ? allocate(size, alignment, called_at) : __libc_memalign(alignment, size == 0 ? 1 : size);
    if (memory != nullptr) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

void touch_range(const void* p, std::size_t size, bool writes, const void* called_at) noexcept {
  if (size == 0 || !is_explored() || active->system().contains(called_at)) return;
  active->self().pending.pc = number(called_at);
  active->touch_memory(number(p), size, writes ? touch::write : touch::read, writes ? op::plain_write : op::plain_read);
}

void delete_memory(void* memory, const void* called_at) noexcept {
  if (memory == nullptr) return;
  if (heap::owns(memory)) return give_back(memory, called_at);
  expect_allocation(memory, called_at);
  __libc_free(memory);
}

constexpr std::size_t usual = alignof(std::max_align_t);

}  // namespace
}  // namespace explore

#define EXPLORE_CALLER __builtin_return_address(0)
#define EXPLORE_WEAK __attribute__((weak))

extern "C" {

void* malloc(std::size_t size) {
  if (!explore::is_programs(EXPLORE_CALLER)) return __libc_malloc(size);
  return explore::allocate(size, explore::usual, EXPLORE_CALLER);
}

void free(void* memory) { explore::delete_memory(memory, EXPLORE_CALLER); }

void* calloc(std::size_t count, std::size_t size) {
  std::size_t all;
  if (__builtin_mul_overflow(count, size, &all)) {
    errno = ENOMEM;
    return nullptr;
  }
  void* const memory = explore::is_programs(EXPLORE_CALLER) ? explore::allocate(all, explore::usual, EXPLORE_CALLER)
                                                            : __libc_malloc(all);
  if (memory != nullptr) explore::fill_bytes(memory, 0, all);
  return memory;
}

void* realloc(void* old, std::size_t size) { return explore::change_size(old, size, EXPLORE_CALLER); }

void* reallocarray(void* old, std::size_t count, std::size_t size) {
  std::size_t all;
  if (__builtin_mul_overflow(count, size, &all)) {
    errno = ENOMEM;
    return nullptr;
  }
  return explore::change_size(old, all, EXPLORE_CALLER);
}

void* memalign(std::size_t alignment, std::size_t size) {
  if (!explore::is_programs(EXPLORE_CALLER)) return __libc_memalign(alignment, size);
  return explore::allocate(size, alignment, EXPLORE_CALLER);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  if (!explore::is_programs(EXPLORE_CALLER)) return __libc_memalign(alignment, size);
  return explore::allocate(size, alignment, EXPLORE_CALLER);
}

int posix_memalign(void** made, std::size_t alignment, std::size_t size) {
  void* const memory = explore::is_programs(EXPLORE_CALLER) ? explore::allocate(size, alignment, EXPLORE_CALLER)
                                                            : __libc_memalign(alignment, size);
  if (memory == nullptr) return ENOMEM;
  *made = memory;
  return 0;
}

std::size_t malloc_usable_size(void* memory) {
  if (explore::heap::owns(memory)) return explore::heap::block_of(memory)->size;
  EXPLORE_OWN static constinit explore::next_definition<std::size_t(void*)> real{"malloc_usable_size"};
  return real.get()(memory);
}

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t size) {
  explore::touch_range(from, size, false, EXPLORE_CALLER);
  explore::touch_range(to, size, true, EXPLORE_CALLER);
  explore::copy_bytes(to, from, size);
  return to;
}

void* memmove(void* to, const void* from, std::size_t size) {
  explore::touch_range(from, size, false, EXPLORE_CALLER);
  explore::touch_range(to, size, true, EXPLORE_CALLER);
  if (explore::number(to) - explore::number(from) >= size) {
    explore::copy_bytes(to, from, size);
  } else {
    auto* const end = static_cast<unsigned char*>(to);
    const auto* const begin = static_cast<const unsigned char*>(from);
    for (std::size_t i = size; i != 0; --i) {
      end[i - 1] = begin[i - 1];
      asm volatile("" ::: "memory");  // or the compiler makes it a call of this very function
    }
  }
  return to;
}

void* memset(void* to, int value, std::size_t size) {
  explore::touch_range(to, size, true, EXPLORE_CALLER);
  explore::fill_bytes(to, value, size);
  return to;
}

}  // extern "C"

// Weak: a program may have its own; and as the standard wants it, those of arrays, of sizes and of nothrow then use these.
EXPLORE_WEAK void* operator new(std::size_t size) { return explore::new_memory(size, explore::usual, EXPLORE_CALLER); }
EXPLORE_WEAK void* operator new(std::size_t size, std::align_val_t alignment) {
  return explore::new_memory(size, static_cast<std::size_t>(alignment), EXPLORE_CALLER);
}
EXPLORE_WEAK void* operator new[](std::size_t size) { return ::operator new(size); }
EXPLORE_WEAK void* operator new[](std::size_t size, std::align_val_t alignment) {
  return ::operator new(size, alignment);
}
EXPLORE_WEAK void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return ::operator new(size);
  } catch (...) {
    return nullptr;
  }
}
EXPLORE_WEAK void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return ::operator new[](size);
  } catch (...) {
    return nullptr;
  }
}

EXPLORE_WEAK void operator delete(void* memory) noexcept { explore::delete_memory(memory, EXPLORE_CALLER); }
EXPLORE_WEAK void operator delete(void* memory, std::align_val_t) noexcept {
  explore::delete_memory(memory, EXPLORE_CALLER);
}
EXPLORE_WEAK void operator delete[](void* memory) noexcept { ::operator delete(memory); }
EXPLORE_WEAK void operator delete[](void* memory, std::align_val_t alignment) noexcept {
  ::operator delete(memory, alignment);
}
EXPLORE_WEAK void operator delete(void* memory, std::size_t) noexcept { ::operator delete(memory); }
EXPLORE_WEAK void operator delete[](void* memory, std::size_t) noexcept { ::operator delete[](memory); }
EXPLORE_WEAK void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
  ::operator delete(memory, alignment);
}
EXPLORE_WEAK void operator delete[](void* memory, std::size_t, std::align_val_t alignment) noexcept {
  ::operator delete[](memory, alignment);
}
EXPLORE_WEAK void operator delete(void* memory, const std::nothrow_t&) noexcept { ::operator delete(memory); }
EXPLORE_WEAK void operator delete[](void* memory, const std::nothrow_t&) noexcept { ::operator delete[](memory); }
