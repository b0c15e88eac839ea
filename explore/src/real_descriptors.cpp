#include "real_descriptors.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "hooks.hpp"

namespace explore {

bool never_blocks(int fd) noexcept {
  struct stat about {};
  if (::fstat(fd, &about) != 0) return true;
  constexpr unsigned memory_devices = 1;  // null, zero, full, random, urandom
  if (S_ISCHR(about.st_mode)) return major(about.st_rdev) == memory_devices;
  return S_ISREG(about.st_mode) || S_ISDIR(about.st_mode) || S_ISBLK(about.st_mode);
}

void refuse_if_it_blocks(int fd, const char* call, std::uintptr_t pc) noexcept {
  if (never_blocks(fd)) return;
  active->self().pending.pc = pc;
  active->fail(verdict::not_modelled,
               "the program uses %s on descriptor %d, which is the system's and could block: "
               "only eventfd, timerfd, epoll and pipe are modelled, made within the execution",
               call, fd);
}

}  // namespace explore
