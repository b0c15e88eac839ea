#include "real.hpp"

#include <sys/syscall.h>
#include <time.h>

namespace explore {

long kernel(long number, long a, long b, long c, long d, long e, long f) noexcept {
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

void copy_bytes(void* to, const void* from, std::size_t count) noexcept {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

void fill_bytes(void* to, int value, std::size_t count) noexcept {
  asm volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(value) : "memory");
}

std::uint64_t real_time() noexcept {
  timespec now{};
  kernel(SYS_clock_gettime, CLOCK_MONOTONIC, argument(&now));
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace explore
