/// What the exploring child process leaves to its parent, in memory that both share: it must be readable after a crash.
#pragma once

#include <atomic>
#include <cstdint>

#include "explore/explore.hpp"
#include "order_set.hpp"
#include "trace.hpp"

namespace explore {

struct shared_outcome {
  static constexpr std::uint32_t most_choices = 1 << 16;
  static constexpr std::uint32_t most_steps = most_choices - 16;  // of an execution

  // Progress; the parent looks whether `steps` still grows.
  std::atomic<std::uint64_t> steps;
  std::atomic<bool> is_idle;  // looks for something to do, and makes no step
  std::uint64_t number;       // of the execution that runs, among all that a search by lot draws
  std::uint32_t workers;      // that have made executions
  std::uint64_t executions;
  std::uint64_t dropped;
  std::uint64_t cut_off;
  order_counts orders;
  std::uint64_t digest;  // sum of the hashes of all distinct orders
  bool is_complete;
  bool limited_time_outs;
  bool skipped_reads;
  bool limited_stale_reads;
  bool limited_messages;  // of which a load chose one
  bool limited_reuses;
  bool limited_wake_ups;
  bool lost_track;  // of accesses to memory: a data race may have been missed
  bool out_of_budget;
  bool has_exited;        // another thread than the first one, so that the others had no more steps in that execution
  std::uint32_t bound;    // bounded: the number of deviations at which it ended, of which out_of_budget leaves some out
  bool has_begun_bound;   // an execution with as many deviations has run
  strategy part;          // the search that runs
  std::uint64_t reached;  // bits of options::must_reach

  // The execution that runs or failed: the thread of each step and the message that it reads, as step_choice has them; the
  // high bit says that they were no default.
  static constexpr std::uint32_t deviates = 0x8000'0000;
  std::uint32_t choice_count;
  std::uint32_t choices[most_choices];

  // The end.
  bool is_over;  // the child has come to its end by its own will
  bool has_verdict;
  verdict kind;
  std::uint8_t failed_thread;
  std::uint8_t watched_thread;  // the earlier access of a race
  std::uint32_t watched_access;
  std::uintptr_t last_pc;  // of the last step, for a thread that makes none any more
  bool is_recorded;

  execution_trace trace;
};

}  // namespace explore
