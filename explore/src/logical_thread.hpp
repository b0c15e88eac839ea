/// A thread of the program under test, as the engine knows it: what it waits for, its pending step, and what it has seen.
#pragma once

#include <signal.h>

#include <cstdint>

#include "fiber.hpp"
#include "step.hpp"

namespace explore {

/// What a thread needs before its pending step can be made.
enum class gate : std::uint8_t {
  open,
  lock_free,    // the object has no owner
  no_writer,    // it has no exclusive owner
  no_sharer,    // neither
  counted,      // its count is above zero
  ended,        // another thread has ended
  told,         // somebody else opens the gate; or time passes, if the wait has a limit
  passed_time,  // time passes
  changed,      // spins: something that it has read changes, or nobody else can go on
  ready,        // a descriptor
};

struct exit_action {  // of a thread or of the process
  void (*call)(void*);
  void* argument;
};

struct logical_thread {
  fiber place;
  bool started = false;
  bool ended = false;
  bool joined = false;
  bool detached = false;
  gate waits_at = gate::open;
  std::uint32_t gate_object = 0;
  std::uint8_t gate_thread = nobody;
  std::uint8_t next_waiter = nobody;  // in the queue of one object
  std::uint32_t queued_at = 0;        // that object, plus one
  bool has_limit = false;
  bool was_told = false;
  bool may_wake_spuriously = false;  // has_limit is set, but no time passes
  std::uint64_t limit = 0;           // virtual time
  std::uint64_t slept_on = 0;        // the value that the word of a futex had
  std::uint32_t bits = 0;            // of a futex wait
  operation pending;

  std::uint16_t steps = 0;
  std::uint32_t steps_before = 0;  // of its creator, and of who created that
  vector_clock order;              // for the search
  vector_clock happened;           // for races
  vector_clock released;           // by a release fence
  vector_clock to_acquire;         // by an acquire fence
  std::uint64_t hash = 0;
  std::uint32_t accesses = 0;

  // Reads since the last step that changed anything: who repeats them spins.
  struct seen_read {
    std::uintptr_t pc;
    std::uint32_t object;
    std::uint32_t version;
    std::uint32_t repeats;
    std::uint32_t news;  // how much the thread knew
  };
  static constexpr unsigned most_reads = 8;
  seen_read reads[most_reads];
  unsigned read_count = 0;
  std::uint32_t news = 0;  // changes that it has come to know of
  unsigned spins = 0;
  unsigned rests = 0;  // times that it has waited for a change
  unsigned yields = 0;
  unsigned clock_reads = 0;
  unsigned spurious = 0;           // wake-ups so far
  unsigned early_limits = 0;       // time-outs taken while others could have gone on
  std::uint32_t last_in_vain = 0;  // position of its last step that came to nothing, or yield
  std::uint32_t others_seen = 0;   // steps of others at its last yield

  std::uint64_t blocked = 0;       // signals, a bit each
  bool broken_pipe_waits = false;  // SIGPIPE has come, and is blocked
  bool had_broken_pipe = false;    // the same, but others may have taken it away since
  stack_t handler_stack{};         // as the program sees it

  call_stack stack;  // at its pending step, while it is recorded

  void* (*routine)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;
  static constexpr unsigned most_exit_actions = 64;
  exit_action at_exit[most_exit_actions];
  unsigned exit_actions = 0;
  static constexpr unsigned most_keys = 64;
  void* values[most_keys];
};

}  // namespace explore
