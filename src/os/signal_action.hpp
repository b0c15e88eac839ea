#pragma once

#include <signal.h>

#include "os/signal_marks_word.hpp"

namespace quiesce::inline v0::os {

/// Whether the kernel would treat them alike. The masks are compared signal by signal: the kernel fills in fewer bytes of
/// a mask than the C library's type has, and the C library hands out the rest as it stood on the stack.
inline bool are_alike(const struct sigaction& a, const struct sigaction& b) noexcept {
  if (a.sa_sigaction != b.sa_sigaction || a.sa_flags != b.sa_flags) return false;
  for (int number = 1; number <= signal_marks_word::largest; ++number) {
    if (::sigismember(&a.sa_mask, number) != ::sigismember(&b.sa_mask, number)) return false;
  }
  return true;
}

}  // namespace quiesce::inline v0::os
