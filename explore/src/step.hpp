/// Steps and the objects that they touch: what the search knows of a program.
#pragma once

#include <cstdint>

#include "trace.hpp"
#include "vector_clock.hpp"

namespace explore {

/// A set of threads has a bit for each.
constexpr std::uint32_t bit(unsigned thread) noexcept { return 1U << thread; }
/// The first of a set of threads that is not empty.
constexpr unsigned lowest(std::uint32_t threads) noexcept { return static_cast<unsigned>(__builtin_ctz(threads)); }

constexpr std::uint64_t mixed(std::uint64_t value) noexcept {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93U;
  value ^= value >> 32;
  return value * 0xd6e8feb86659fd93U;
}

inline constexpr unsigned nobody = 0xff;
inline constexpr std::uint32_t no_position = 0xffff'ffff;
inline constexpr std::size_t most_accesses = 4;  // the ends of a pipe in two sets, and the clock or an action

/// How a step touches an object. Two steps depend on each other if they touch the same object and
///
///              read   write  add    acquire  follow
///     read      -      yes    yes    yes      -
///     write     yes    yes    yes    yes      yes
///     add       yes    yes    -      yes      -
///     acquire   yes    yes    yes    yes      -
///     follow    -      yes    -      -        -
///
///   add      steps of the same kind that commute: time-outs move the clock to the later of two limits
///   acquire  possible only while the object is free. It changes places with the last step before which it was so, never
///            with the release that made it possible
///   follow   possible only after the write that it follows, and so in no other order
enum class access_mode : std::uint8_t { read, write, add, acquire, follow };

constexpr bool in_conflict(access_mode a, access_mode b) noexcept {
  using enum access_mode;
  if (a == write || b == write) return true;
  if (a == follow || b == follow) return false;
  if (a == acquire || b == acquire) return true;
  return a != b;
}

constexpr bool is_change(access_mode mode) noexcept { return mode != access_mode::read && mode != access_mode::follow; }

struct access {
  std::uint32_t object;
  access_mode mode;
};

struct operation {
  op what = op::none;
  std::uint8_t size = 0;
  std::uint8_t order = 0;
  std::uint8_t accesses = 0;
  std::uint8_t other_thread = nobody;
  std::uint8_t stale = 0;    // messages that are newer than the one that a load reads
  std::uint16_t picked = 0;  // the value that choose() gives
  access on[most_accesses] = {};
  std::uintptr_t address = 0;
  std::uintptr_t pc = 0;

  operation& touches(std::uint32_t object, access_mode mode) noexcept {
    on[accesses++] = {object, mode};
    return *this;
  }
};

constexpr bool depend(const operation& a, const operation& b) noexcept {
  for (unsigned i = 0; i < a.accesses; ++i) {
    for (unsigned k = 0; k < b.accesses; ++k) {
      if (a.on[i].object == b.on[k].object && in_conflict(a.on[i].mode, b.on[k].mode)) return true;
    }
  }
  return false;
}

/// How a lock or a semaphore was before a step, for those who wait at it.
struct availability {
  bool has_owner = false;
  bool has_sharers = false;
  bool is_counted = false;  // its count was above zero
};

/// A step that was made.
struct event {
  vector_clock order;   // the steps that it depends on, itself included
  std::uint64_t hash;   // of itself and of what it depends on: equal for equal steps in equal circumstances
  std::uint16_t index;  // among its thread's, from 1
  std::uint8_t thread;
  op what;
  std::uint8_t accesses;
  access on[most_accesses];
  availability was;  // the object that it touches first, before the step
};

/// Whether the earlier step, and this one, which is about to be made, touch the same.
constexpr bool depend(const event& earlier, const operation& on) noexcept {
  for (unsigned i = 0; i < earlier.accesses; ++i) {
    for (unsigned k = 0; k < on.accesses; ++k) {
      if (earlier.on[i].object == on.on[k].object && in_conflict(earlier.on[i].mode, on.on[k].mode)) return true;
    }
  }
  return false;
}

/// For each thread the position of its last step of one kind.
struct last_steps {
  std::uint32_t who = 0;  // a bit for each thread that has one
  std::uint16_t at[most_threads];

  void enter(unsigned thread, std::uint32_t position) noexcept {
    who |= 1U << thread;
    at[thread] = static_cast<std::uint16_t>(position);
  }
};

/// Something that steps touch: a word of memory, a mutex, a queue of sleepers, the end of a thread, the clock.
struct object {
  std::uintptr_t key = 0;
  std::uint32_t version = 0;  // counts changes that a spinning thread could see

  // With weak memory, for an atomic word: its newest message (0: none yet), and how many bytes it has.
  std::uint32_t newest = 0;
  std::uint8_t size = 0;

  // For the search: the steps that a new one may depend on.
  std::uint32_t last_write = no_position;
  last_steps reads;  // since the last write
  last_steps adds;   // since the last write
  std::uint64_t write_hash = 0;
  std::uint64_t read_hash = 0;
  std::uint64_t add_hash = 0;

  // For races: what a thread that acquires the object comes to know.
  vector_clock sync;
  vector_clock shared_sync;  // what readers released: who excludes them acquires it, another reader does not

  // The model of what it is, for those that are more than a word.
  std::uint8_t owner = nobody;
  bool is_lock = false;  // and has been held
  bool is_initialised = false;
  bool is_destroyed = false;
  bool lost_signal = false;  // a condition variable was notified while nobody waited
  std::uint8_t first_waiter = nobody;
  std::uint32_t depth = 0;            // of a recursive lock
  std::uint32_t sharers = 0;          // readers of a lock, a bit each
  std::uint8_t shares[most_threads];  // how often each of them has it
  std::int64_t count = 0;             // semaphore, descriptor, barrier
};

}  // namespace explore
