/// A recorded execution: what the child process writes while it replays a failure, and the parent turns into text.
/// Plain data with fixed sizes, since it lies in memory that the two share.
#pragma once

#include <cstddef>
#include <cstdint>

namespace explore {

inline constexpr std::size_t most_threads = 32;

/// What a step does. A step is what the search can put before or after another thread's.
// clang-format off
enum class op : std::uint8_t {
  none,
  load, store, exchange, fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_nand, compare_exchange, fence,
  lock, try_lock, timed_lock, unlock,                       // pthread mutexes
  read_lock, try_read_lock, write_lock, try_write_lock, timed_read_lock, timed_write_lock, rw_unlock,
  cond_wait, cond_woken, cond_timed_out, cond_signal, cond_broadcast,
  futex_wait, futex_woken, futex_timed_out, futex_wake,
  sem_wait, sem_try_wait, sem_timed_wait, sem_post,
  thread_create, thread_start, thread_exit, thread_join, thread_detach,
  once_enter, once_done,
  clock_read, sleep, yield,
  descriptor_wait, descriptor_read, descriptor_write,       // epoll, eventfd, timerfd
  descriptor_control, descriptor_close,                     // epoll_ctl, timerfd_settime, dup
  barrier_wait,
  signal_action,                                            // sigaction, and what asks for a signal that waits
  plain_read, plain_write, heap_free,                       // only as the place of a race or of a use after free
  choose, heap_allocate,                                    // heap_free is a step, too, where freed memory is used again
  operation_begin, operation_end,                           // of a history
};
// clang-format on

/// The function that makes a step on a descriptor: traced_event::size of descriptor_wait and descriptor_control.
enum class descriptor_function : std::uint8_t {
  epoll_wait,
  poll,
  epoll_ctl,
  timerfd_settime,
  timerfd_gettime,
  dup,
  fcntl
};

/// The function that makes a step on the action of a signal: traced_event::size. The signal is traced_event::after.
enum class signal_function : std::uint8_t {
  sigaction,
  signal,
  pthread_sigmask,
  sigprocmask,
  sigpending,
  sigtimedwait,
  sigwaitinfo,
  sigwait,
  ppoll,
  pselect,
  epoll_pwait,
  epoll_pwait2,
  write,
  writev
};

/// How an operation came out, where that is not its value.
enum class outcome : std::uint8_t { done, failed, timed_out, would_block, blocked };

struct code_address {
  std::uintptr_t pc = 0;
};

inline constexpr std::size_t most_frames = 24;
struct call_stack {  // innermost first; frames[0] is the access itself
  std::uint32_t depth = 0;
  std::uintptr_t frames[most_frames] = {};
};

struct traced_event {
  op what = op::none;
  outcome how = outcome::done;
  std::uint8_t thread = 0;
  std::uint8_t order = 0;          // std::memory_order of an atomic operation
  std::uint8_t size = 0;           // bytes, for atomic operations
  bool deviation = false;          // the search did not take the default here
  bool is_stale = false;           // a load that read an older value than `after`, the newest one
  std::uint16_t other_thread = 0;  // created, joined, woken
  std::uint64_t before = 0;        // value read
  std::uint64_t after = 0;         // value written
  std::uint64_t time = 0;          // virtual nanoseconds
  std::uintptr_t object = 0;       // address
  std::uint32_t position = 0;      // step number within the execution
  call_stack stack;
};

/// A block that was allocated by the program under test, or a thread's stack: gives names to addresses.
struct traced_block {
  std::uintptr_t begin = 0;
  std::uint64_t size = 0;
  std::uint32_t number = 0;  // in order of allocation
  std::uint8_t thread = 0;   // that allocated it
  call_stack allocated;
};

/// What a thread that did not end was about to do.
struct traced_thread {
  op waits_for = op::none;
  bool started = false;
  bool ended = false;
  std::uintptr_t object = 0;
  std::uint16_t other_thread = 0xffff;  // who holds it or is joined, if anybody
  std::uint64_t slept_on = 0;           // futex: the value it slept on; the word holds `now`
  std::uint64_t now = 0;
  std::uintptr_t stack_begin = 0, stack_end = 0;
  call_stack stack;
  std::uintptr_t thread_pointer = 0;  // FS base, if known: gives names to thread_local variables
};

/// One of the two accesses of a race, or the free and the use after it.
struct traced_access {
  op what = op::none;
  std::uint8_t thread = 0;
  std::uint8_t size = 0;
  std::uintptr_t address = 0;
  call_stack stack;
};

inline constexpr std::size_t most_traced_events = 6'000;
inline constexpr std::size_t most_traced_blocks = 512;

struct execution_trace {
  std::uint32_t events_seen = 0;  // may exceed what was kept: the first most_traced_events are
  std::uint32_t blocks_seen = 0;
  std::uint32_t threads = 0;
  std::uint32_t accesses = 0;
  traced_event events[most_traced_events];
  traced_block blocks[most_traced_blocks];
  traced_thread thread[most_threads];
  traced_access access[2];  // [0] the later one, at which the failure was seen
  char message[4096];       // the assertion, the exception's text, the rule that was broken
  call_stack where;         // of the thread that failed
  std::uint8_t failed_thread = 0;
};

}  // namespace explore
