#include <ostream>

#include "explore/explore.hpp"

namespace explore {

const char* name_of(verdict kind) noexcept {
  switch (kind) {
    case verdict::passed: return "passed";
    case verdict::failed_assertion: return "failed assertion";
    case verdict::uncaught_exception: return "uncaught exception";
    case verdict::terminated: return "terminated";
    case verdict::died_by_signal: return "died by a signal";
    case verdict::failed_exit: return "failed exit";
    case verdict::deadlock: return "deadlock";
    case verdict::lost_wake_up: return "lost wake-up";
    case verdict::blocked: return "blocked";
    case verdict::livelock: return "livelock";
    case verdict::step_limit: return "step limit";
    case verdict::no_progress: return "no progress";
    case verdict::data_race: return "data race";
    case verdict::use_after_free: return "use after free";
    case verdict::double_free: return "double free";
    case verdict::bad_free: return "bad free";
    case verdict::bad_use: return "bad use";
    case verdict::not_deterministic: return "not deterministic";
    case verdict::not_modelled: return "not modelled";
    case verdict::not_reached: return "not reached";
    case verdict::not_instrumented: return "not instrumented";
    case verdict::bad_schedule: return "bad schedule";
    case verdict::leak: return "leak";
  }
  return "unknown verdict";
}

// The words that `quiesce explore --strategy` takes.
const char* name_of(strategy search) noexcept {
  switch (search) {
    case strategy::automatic: return "automatic";
    case strategy::exhaustive: return "exhaustive";
    case strategy::depth_first: return "depth_first";
    case strategy::bounded: return "bounded";
    case strategy::random: return "random";
    case strategy::sampling: return "sampling";
    case strategy::pos: return "pos";
    case strategy::pct: return "pct";
  }
  return "unknown strategy";
}

const char* name_of(memory_model memory) noexcept { return memory == memory_model::weak ? "weak" : "sequential"; }

std::ostream& operator<<(std::ostream& out, const report& found) {
  if (found.text.empty()) return out << name_of(found.kind) << '\n';
  out << found.text;
  return found.text.back() == '\n' ? out : out << '\n';
}

}  // namespace explore
