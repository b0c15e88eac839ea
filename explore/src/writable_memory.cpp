#include "writable_memory.hpp"

#include <sys/syscall.h>

#include <cerrno>

#include "real.hpp"

namespace explore {
namespace {

struct wanted {
  const own_memory::range* without;
  std::size_t count;
  void (*see)(void* given, std::uintptr_t begin, std::uintptr_t end);
  void* given;

  void look_at(std::uintptr_t begin, std::uintptr_t end) const noexcept {
    own_memory::see_without(begin, end, without, count,
                            [this](std::uintptr_t part, std::uintptr_t its_end) { see(given, part, its_end); });
  }
};

/// A line of /proc/self/maps up to the rights: "7f0012345000-7f0012366000 rw-p ...".
class line_reader {
 public:
  explicit line_reader(const wanted& of) : of_(of) {}

  void take(char c) noexcept {
    if (c == '\n') {
      field_ = rights_ = 0;
      limit_[0] = limit_[1] = 0;
    } else if (field_ < 2) {
      take_number(c);
    } else if (field_ == 2 && rights_ != 4) {
      right_[rights_++] = c;
      if (rights_ == 4) decide();
    }
  }

 private:
  void take_number(char c) noexcept {
    if (c == '-' || c == ' ') {
      ++field_;
    } else {
      limit_[field_] = limit_[field_] * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
  }
  void decide() const noexcept {
    if (right_[0] == 'r' && right_[1] == 'w' && right_[3] == 'p') of_.look_at(limit_[0], limit_[1]);
  }

  const wanted& of_;
  unsigned field_ = 0;
  unsigned rights_ = 0;
  std::uintptr_t limit_[2] = {};
  char right_[4] = {};
};

}  // namespace

void see_writable_memory(const own_memory::range* without, std::size_t count,
                         void (*see)(void* given, std::uintptr_t begin, std::uintptr_t end), void* given) noexcept {
  const long file = kernel(SYS_openat, -100, argument("/proc/self/maps"), 0);
  if (file < 0) return;
  const wanted all{without, count, see, given};
  line_reader reader(all);
  char piece[4096];
  for (;;) {
    const long got = kernel(SYS_read, file, argument(piece), sizeof piece);
    if (got == -EINTR) continue;
    if (got <= 0) break;
    for (long i = 0; i < got; ++i) reader.take(piece[i]);
  }
  kernel(SYS_close, file);
}

}  // namespace explore
