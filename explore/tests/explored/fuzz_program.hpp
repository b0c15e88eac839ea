/// Random small programs as data: made from a seed, run by an interpreter under the explorer, and run by a model that knows
/// nothing of the explorer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace fuzz {

inline constexpr unsigned most_threads = 3;
inline constexpr unsigned most_instructions = 6;
inline constexpr unsigned words = 2;    // atomic ones; the first is the futex, too
inline constexpr unsigned mutexes = 2;  // the first is the one of the condition variable
inline constexpr unsigned polls = 3;    // times that `poll` looks

enum class kind : std::uint8_t {
  load,
  store,
  add,
  exchange,
  compare_exchange,
  poll,
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
};

struct thread_program {
  unsigned count = 0;
  instruction at[most_instructions];
};

struct program {
  unsigned threads = 0;
  unsigned semaphore = 0;    // its first value
  bool same_place = false;   // all instructions of one kind are one line of code
  bool is_detached = false;  // nobody joins, and who waits for ever is left behind
  thread_program thread[most_threads];
};

bool takes_time(kind) noexcept;
program make_program(std::uint64_t seed);
std::string to_text(const program&);

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

/// All results that are possible, by a search of its own that knows no reduction. False: too many states.
struct model_answer {
  bool is_complete = true;
  bool can_get_stuck = false;
};
model_answer model(const program&, result_set& results);

}  // namespace fuzz
