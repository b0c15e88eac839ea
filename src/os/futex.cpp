#include "os/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <chrono>
#include <climits>

#include "base/contract.hpp"

namespace quiesce::inline v0::os {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == 4 && sizeof(std::atomic<std::uint64_t>) == 8);

#if defined(__SANITIZE_THREAD__)
// ThreadSanitizer holds an asynchronous signal back until its thread calls a function that it intercepts, and a futex is
// none: a program whose main thread waits here would never run a signal handler. So the sleep is cut into pieces, which
// to the callers look like wake-ups for no reason.
deadline end_of_piece(deadline until) noexcept {
  static_cast<void>(::usleep(0));  // intercepted: what was held back is handled here
  const deadline piece(std::chrono::milliseconds(100));
  const bool ends_first = until.on() == deadline::clock::steady && until.nanoseconds() < piece.nanoseconds();
  return ends_first ? until : piece;
}
#else
deadline end_of_piece(deadline until) noexcept { return until; }
#endif

long futex(const std::uint32_t* address, int operation, std::uint32_t value, const timespec* until) noexcept {
  return ::syscall(SYS_futex, address, operation, value, until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

const std::uint32_t* futex_address(const std::atomic<std::uint32_t>& word) noexcept {
  return reinterpret_cast<const std::uint32_t*>(&word);
}

const std::uint32_t* futex_address(const std::atomic<std::uint64_t>& word) noexcept {
  constexpr int low_half = std::endian::native == std::endian::little ? 0 : 1;
  return reinterpret_cast<const std::uint32_t*>(&word) + low_half;
}

void futex_wait(const std::uint32_t* address, std::uint32_t expected) noexcept {
  static_cast<void>(futex_wait_until(address, expected, never));
}

bool futex_wait_until(const std::uint32_t* address, std::uint32_t expected, deadline given) noexcept {
  const deadline until = end_of_piece(given);
  int operation = FUTEX_WAIT_BITSET_PRIVATE;
  if (until.on() == deadline::clock::system) operation |= FUTEX_CLOCK_REALTIME;
  const timespec when{.tv_sec = static_cast<time_t>(until.nanoseconds() / 1'000'000'000),
                      .tv_nsec = static_cast<long>(until.nanoseconds() % 1'000'000'000)};
  if (futex(address, operation, expected, until.is_never() ? nullptr : &when) == 0) return true;
  switch (errno) {
    case EAGAIN:  // The word has changed already.
    case EINTR: return true;
    case ETIMEDOUT: return !given.has_passed();
    default: base::bug("futex wait was refused");
  }
}

void futex_wake(const std::uint32_t* address, int count) noexcept {
  // EFAULT is no error here: the memory may have been unmapped after its last touch.
  static_cast<void>(futex(address, FUTEX_WAKE_PRIVATE, static_cast<std::uint32_t>(count), nullptr));
}

}  // namespace quiesce::inline v0::os
