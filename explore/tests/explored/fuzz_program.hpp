/// Random small programs as data: made from a seed, run by an interpreter under the explorer, and run by a model that knows
/// nothing of the explorer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace fuzz {

inline constexpr unsigned most_threads = 3;
inline constexpr unsigned most_instructions = 6;
inline constexpr unsigned words = 2;    // atomic ones; the first is the futex, too
inline constexpr unsigned mutexes = 2;  // the first is the one of the condition variable
inline constexpr unsigned polls = 3;    // times that `poll` looks
inline constexpr unsigned orders = 5;   // relaxed, acquire, release, both, and sequentially consistent

enum class kind : std::uint8_t {
  load,
  store,
  add,
  exchange,
  compare_exchange,
  poll,
  fence,
  lock,
  try_lock,
  timed_lock,
  unlock,
  read_lock,
  write_lock,
  try_read_lock,
  try_write_lock,
  timed_read_lock,
  timed_write_lock,
  rw_unlock,
  cond_wait,
  cond_timed_wait,
  signal,
  broadcast,
  futex_wait,
  futex_timed_wait,
  futex_wait_for,
  futex_wake,
  sem_wait,
  sem_try_wait,
  sem_timed_wait,
  sem_post,
  sem_value,
  barrier_wait,
  clock_read,
  sleep_until,
  sleep_for,
  count_read,
  count_write,
  count_look,
  count_wait,
  count_wait_for,
  pipe_read,
  pipe_write,
  pipe_wait,
  set_wait,
  set_look,
  set_wait_for,
  set_add,
  set_remove,
  yield,
};
inline constexpr unsigned kinds = static_cast<unsigned>(kind::yield) + 1;

/// Whether an instruction is done depends on what the one before it gave.
enum class guard : std::uint8_t { none, after_zero, after_other };

struct instruction {
  kind what = kind::yield;
  guard when = guard::none;
  std::uint8_t on = 0;     // which word or mutex
  std::uint8_t value = 0;  // to store, expected, seconds after the first moment of the clock
  std::uint8_t order = 0;  // of memory, one of `orders`
};

struct thread_program {
  unsigned count = 0;
  instruction at[most_instructions];
};

/// The descriptors of a program, as they are before its threads begin: an eventfd, a pipe, and an epoll set.
struct descriptor_setup {
  bool counts_down = false;  // EFD_SEMAPHORE
  std::uint8_t count = 0;    // as byte_of() has it
  std::uint16_t bytes = 0;   // in the pipe
  std::uint8_t watched = 0;  // in the set: 1 the counter, 2 the pipe
  bool for_room = false;     // the set watches the counter for EPOLLOUT
  bool by_edge = false;
};

struct program {
  unsigned threads = 0;
  unsigned semaphore = 0;  // its first value
  descriptor_setup descriptors;
  bool same_place = false;   // all instructions of one kind are one line of code
  bool is_detached = false;  // nobody joins, and who waits for ever is left behind
  thread_program thread[most_threads];
};

bool takes_time(kind) noexcept;
bool uses_descriptors(kind) noexcept;
bool uses_pipe(kind) noexcept;

inline constexpr std::uint64_t most_count = UINT64_MAX - 1;  // of an eventfd
inline constexpr unsigned pipe_size = 65'536;
inline constexpr unsigned most_at_once = 4'096;  // a longer write to a pipe may come in parts
/// A count in a byte: from zero up, and from `full` down.
inline constexpr std::uint8_t full = 254;
constexpr std::uint8_t byte_of(std::uint64_t count) noexcept {
  return static_cast<std::uint8_t>(count > most_count / 2 ? full - (most_count - count) : count);
}
constexpr std::uint64_t count_of(std::uint8_t byte) noexcept {
  return byte > full / 2 ? most_count - (full - byte) : byte;
}
constexpr unsigned size_to_read(unsigned value) noexcept { return value == 2 ? 8'192 : value + 1; }
constexpr unsigned size_to_write(unsigned value) noexcept { return value == 2 ? most_at_once + 1 : value + 1; }
constexpr std::uint8_t byte_of_size(std::uint64_t size) noexcept { return static_cast<std::uint8_t>(size % 251); }

/// Whether the program has an instruction of the kind.
bool has(const program&, bool (*of_this_kind)(kind) noexcept) noexcept;
program make_program(std::uint64_t seed);
/// One that has nothing but atomic words and fences.
program make_program_of_words(std::uint64_t seed);
std::string to_text(const program&);
/// Leaves out what is not needed for `is_wrong` to be true.
void shrink(program&, const std::function<bool(const program&)>& is_wrong);

/// What a thread saw: a byte for each instruction.
inline constexpr std::uint8_t not_done = 255;
struct result {
  std::uint8_t log[most_threads][most_instructions];
  std::uint8_t word[words];
  std::uint8_t semaphore;
  std::uint8_t seconds;  // that passed
};
std::uint64_t hash_of(const result&) noexcept;

/// A set of results in memory that outlives the processes which explore.
class result_set {
 public:
  result_set();
  void clear() noexcept;
  void enter(std::uint64_t hash) noexcept;
  std::size_t size() const noexcept;
  bool has(std::uint64_t hash) const noexcept;
  friend bool operator==(const result_set&, const result_set&) noexcept;

 private:
  static constexpr std::size_t places = 1 << 14;
  std::uint64_t* table_;
};

/// Runs the program once: for explore::check().
void run(const program&, result_set& results);

/// All results that are possible with sequential consistency, by a search of its own that knows no reduction. False: too many states.
struct model_answer {
  bool is_complete = true;
  bool can_get_stuck = false;
};
model_answer model(const program&, result_set& results);
/// The same for a program of words with weak memory: by views, where the explorer has clocks.
model_answer weak_model(const program&, result_set& results);

}  // namespace fuzz
