/// syscall(): the futex, by which everything above it waits, is modelled.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdarg>

#include "hooks.hpp"
#include "refused_calls.hpp"

namespace explore {
namespace {

using enum access_mode;

// A word and the queue of those who sleep on it are two objects; words are aligned, so that the next address is free.
std::uint32_t queue_of(engine& in, const std::uint32_t* word) noexcept { return in.object_at(number(word) + 1); }

long refused(int error) noexcept {
  errno = error;
  return -1;
}

long wait(const std::uint32_t* word, std::uint32_t expected, const timespec* when, bool is_point, clockid_t clock,
          std::uint32_t bits, std::uintptr_t pc) noexcept {
  if (when != nullptr && !is_time(*when)) return refused(EINVAL);
  engine& in = *active;
  const std::uint32_t value = in.object_at(number(word));
  const std::uint32_t queue = queue_of(in, word);
  const std::uint64_t limit = when == nullptr ? 0 : is_point ? limit_of(*when, clock) : limit_from_now(*when, pc);

  operation next = step_of(op::futex_wait, word, pc);
  next.size = sizeof *word;
  next.touches(value, read).touches(queue, write);
  in.announce(next);
  in.touch_memory(number(word), sizeof *word, touch::atomic_read, op::futex_wait);
  in.read_newest(next, *word);
  if (*word != expected) {
    next.on[1].mode = read;  // still: whether it would sleep is what the search has to turn round
    traced_event* const event = in.make(next);
    event->how = outcome::would_block;
    event->before = *word;
    event->after = expected;
    return refused(EAGAIN);
  }
  traced_event* const event = in.make(next);
  event->before = *word;
  event->after = expected;
  event->how = outcome::blocked;
  logical_thread& self = in.self();
  self.slept_on = expected;
  self.bits = bits;
  in.acts();
  in.enqueue(queue, in.current());
  operation late = step_of(when != nullptr ? op::futex_timed_out : op::futex_wait, word, pc);
  late.touches(queue, write);
  if (when == nullptr) {
    in.announce_wait(late, queue);
  } else {
    late.touches(engine::clock_object, add);
    in.announce_until(late, gate::told, queue, limit);
  }
  if (self.was_told) {
    in.make(step_of(op::futex_woken, word, pc));
    return 0;
  }
  in.dequeue(queue, in.current());
  if (when == nullptr) {
    late.what = op::futex_woken;
    in.make(late)->how = outcome::failed;
    return 0;
  }
  in.make(late);
  in.pass_time(limit);
  return refused(ETIMEDOUT);
}

long wake(const std::uint32_t* word, std::uint32_t count, std::uint32_t bits, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t queue = queue_of(in, word);
  operation next = step_of(op::futex_wake, word, pc);
  next.touches(queue, write);
  in.announce(next);
  traced_event* const event = in.make(next);
  std::uint32_t woken = 0;
  for (std::uint8_t sleeper = in.at(queue).first_waiter; sleeper != nobody && woken < count;) {
    const std::uint8_t following = in.thread(sleeper).next_waiter;
    if ((in.thread(sleeper).bits & bits) != 0) {
      in.dequeue(queue, sleeper);
      in.tell(sleeper, gate::open, queue);
      in.thread(sleeper).pending = step_of(op::futex_woken, word, in.thread(sleeper).pending.pc);
      event->other_thread = sleeper;
      ++woken;
    }
    sleeper = following;
  }
  event->after = woken;
  in.acts();
  return woken;
}

long futex(long address, long operation_and_flags, long value, long timeout, long bits, std::uintptr_t pc) noexcept {
  const auto* const word = reinterpret_cast<const std::uint32_t*>(address);
  const auto* const when = reinterpret_cast<const timespec*>(timeout);
  const clockid_t clock = (operation_and_flags & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  const auto number = static_cast<std::uint32_t>(value);
  switch (operation_and_flags & FUTEX_CMD_MASK) {
    case FUTEX_WAIT: return wait(word, number, when, false, clock, FUTEX_BITSET_MATCH_ANY, pc);
    case FUTEX_WAIT_BITSET: return wait(word, number, when, true, clock, static_cast<std::uint32_t>(bits), pc);
    case FUTEX_WAKE: return wake(word, number, FUTEX_BITSET_MATCH_ANY, pc);
    case FUTEX_WAKE_BITSET: return wake(word, number, static_cast<std::uint32_t>(bits), pc);
    default: refuse("a futex operation other than wait and wake", pc);
  }
}

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" long syscall(long call, ...) noexcept {
  va_list given;
  va_start(given, call);
  long a[6];
  for (long& argument : a) argument = va_arg(given, long);
  va_end(given);
  if (is_explored()) {
    const std::uintptr_t pc = EXPLORE_CALLED_AT;
    if (call == SYS_futex) return futex(a[0], a[1], a[2], a[3], a[5], pc);
    if (call == SYS_gettid) return 1'000'000 + static_cast<long>(active->current());
    if (call == SYS_sched_yield) return active->yields(pc), 0;
    if (const char* const name = refused_system_call(call)) refuse(name, pc);
  }
  const long result = kernel(call, a[0], a[1], a[2], a[3], a[4], a[5]);
  if (result >= -4095 && result < 0) return refused(static_cast<int>(-result));
  return result;
}
