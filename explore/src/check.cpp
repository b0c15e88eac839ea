#include <cstdlib>
#include <cstring>

#include "engine.hpp"
#include "exploration.hpp"
#include "replay_line.hpp"
#include "report_files.hpp"
#include "schedule.hpp"

namespace explore {
namespace {

void call(void* function) { (*static_cast<std::function<void()>*>(function))(); }

/// One mapping serves all explorations of the process, which come one after the other.
shared_outcome& outcome_of_process() {
  static shared_outcome& shared = share_outcome();
  return shared;
}

}  // namespace

report check(std::function<void()> program, const options& given) {
  options how = given;
  how.name = name_for_schedule(how.name);
  if (const char* const wanted = std::getenv("QUIESCE_EXPLORE_REPLAY"); wanted != nullptr && how.replay.empty()) {
    schedule known;
    if (parse_schedule(wanted, known) && known.name == how.name) how.replay = wanted;
  }
  if (const char* const step = std::getenv("QUIESCE_EXPLORE_BREAK_AT"); step != nullptr && !how.replay.empty()) {
    how.break_at = static_cast<std::uint32_t>(std::strtoul(step, nullptr, 10));
  }
  task what;
  what.how = &how;
  what.program = call;
  what.argument = &program;
  what.command_line = own_command_line();
  what.replay_command = replay_of_check;
  // Above this frame lie the caller's variables, which the program may change.
  what.stack_begin = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 2 * sizeof(void*);
  look_at_report_files(how);
  shared_outcome& answer = outcome_of_process();
  const report found = run_exploration(what, answer);
  write_report_files(how, found, answer);
  return found;
}

void reach(const char* name) noexcept {
  if (!is_explored() || states_to_reach == nullptr) return;
  for (std::size_t i = 0; i < states_to_reach->size(); ++i) {
    if (std::strcmp((*states_to_reach)[i].c_str(), name) == 0) active->mark_reached(static_cast<unsigned>(i));
  }
}

unsigned choose(unsigned values) noexcept {
  if (!is_explored()) return 0;
  return active->choose_value(values, reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
}

}  // namespace explore
