#include "allocations/counted.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>

namespace {

constinit std::atomic<std::uint64_t> made{0};
constinit std::atomic<std::int64_t> not_freed{0};
constinit thread_local std::uint64_t until_failure = 0;  // zero: none is asked for
constinit thread_local bool failed = false;

void* allocate(std::size_t size, std::size_t alignment) {
  if (until_failure != 0 && --until_failure == 0) {
    failed = true;
    throw std::bad_alloc();
  }
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory == nullptr) throw std::bad_alloc();
  made.fetch_add(1, std::memory_order_relaxed);
  not_freed.fetch_add(1, std::memory_order_relaxed);
  return memory;
}

void give_back(void* memory) noexcept {
  if (memory != nullptr) not_freed.fetch_sub(1, std::memory_order_relaxed);
  std::free(memory);
}

}  // namespace

namespace counted {

std::uint64_t allocations() noexcept { return made.load(std::memory_order_relaxed); }
std::int64_t alive() noexcept { return not_freed.load(std::memory_order_relaxed); }

failing::failing(std::uint64_t nth) noexcept {
  failed = false;
  until_failure = nth;
}
failing::~failing() { until_failure = 0; }
bool failing::has_failed() const noexcept { return failed; }

}  // namespace counted

// All forms that are not replaced call one of these.
void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
// By default it is the other one; but the sanitizers have their own.
void* operator new[](std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// What the C library's own malloc is called inside it. aligned_alloc(), which is used above, is not counted twice.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);

void* malloc(std::size_t size) noexcept {
  made.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  made.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  made.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(memory, size);
}
}
#endif
