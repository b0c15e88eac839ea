#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace lifetime {

/// How many threads this process has. Without the parts of the standard library that need anything made before main().
inline int count_threads() {
  char text[4096];
  const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  const ssize_t length = file < 0 ? -1 : ::read(file, text, sizeof text - 1);
  if (length < 0) return -1;
  ::close(file);
  text[length] = '\0';
  const char* const line = std::strstr(text, "\nThreads:");
  return line == nullptr ? -1 : std::atoi(line + std::strlen("\nThreads:"));
}

}  // namespace lifetime
