/// The functions of the system that the explorer takes over, as they are behind its own definitions.
#pragma once

#include <dlfcn.h>

#include <cstdint>

#include "own_memory.hpp"

namespace explore {

/// The next definition of a function after ours, looked for at its first use. Constant-initialised: hooks run before any
/// constructor.
template <class Function>
struct next_definition {
  const char* name;
  const char* version = nullptr;
  Function* found = nullptr;

  Function& get() noexcept {
    if (found == nullptr) {
      void* const symbol = version != nullptr ? ::dlvsym(RTLD_NEXT, name, version) : ::dlsym(RTLD_NEXT, name);
      found = reinterpret_cast<Function*>(symbol);
    }
    return *found;
  }
};

/// A system call past every definition of a function: a program may well have a function of its own that is named open or
/// kill. Returns what the kernel does: a negative number for an error.
long kernel(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) noexcept;

template <class T>
long argument(T* pointer) noexcept {
  return static_cast<long>(reinterpret_cast<std::uintptr_t>(pointer));
}

/// Copies without a call of memcpy, which is one of the functions that are taken over.
void copy_bytes(void* to, const void* from, std::size_t count) noexcept;
void fill_bytes(void* to, int value, std::size_t count) noexcept;

/// Nanoseconds of the real monotonic clock.
std::uint64_t real_time() noexcept;

}  // namespace explore
