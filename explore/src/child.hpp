/// What runs in the child process: one search, or one execution that is known.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "explore/explore.hpp"
#include "search.hpp"
#include "shared_outcome.hpp"
#include "shared_work.hpp"
#include "shrink.hpp"

namespace explore {

struct task {
  const options* how = nullptr;
  void (*program)(void*) = nullptr;
  void* argument = nullptr;
  std::uintptr_t stack_begin = 0;  // of the caller's stack that is put back before each execution; 0: none

  strategy search = strategy::exhaustive;
  // Instead of a search: the execution in which `choices` was left, or one that is known by its deviations.
  std::vector<std::uint32_t> choices{};
  std::vector<scheduled_search::deviation> deviations{};
  unsigned worker = 0;  // which of the workers this one is, from 0
  unsigned workers = 1;
  bool begin_together = false;  // the workers wait for each other
  shared_work* work = nullptr;  // of a search
  bool is_replay = false;
  std::uint32_t stop_at = no_position;  // of a replay: engine::stop_before
  bool is_silent = false;               // a replay that does not show what the program prints
  bool is_scheduled = false;
  // Or executions one after the other, until one fails: shared_outcome::executions counts from the first one of all.
  const std::vector<interruptions>* candidates = nullptr;
  std::size_t first_candidate = 0;
  std::size_t most_candidates = 0;
  std::uint64_t end = 0;  // real time

  // How this process was started, and what one types to have it run a schedule again.
  std::vector<std::string> command_line{};
  std::string (*replay_command)(const std::vector<std::string>& command_line, const std::string& schedule) = nullptr;
};

/// Does the task and ends the process; the answer is in `answer`.
[[noreturn]] void run_child(const task& what, shared_outcome& answer);

/// What std::terminate() comes to in an execution: a verdict with the exception's text.
[[noreturn]] void on_terminate() noexcept;

/// The names that reach() may be given, during a search.
extern const std::vector<std::string>* states_to_reach;

}  // namespace explore
