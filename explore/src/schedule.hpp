/// The string that replays an execution: q1.<name>.<build>.<deviations>. Only choices that are not the default are in it, as
/// pairs of the steps since the last one and the step_choice, in base 32. A w before them: with weak memory; a z: freed memory is used again;
/// a y and a number: each thread may wake so often for no reason; an x and a number: a limit of steps that is not the usual one.
/// These in this order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "search.hpp"

namespace explore {

struct schedule {
  std::string name;
  std::uint32_t build = 0;
  bool has_weak_memory = false;
  bool has_reuse = false;
  std::uint32_t spurious_wake_ups = 0;
  std::uint32_t steps = 0;  // the limit; 0: it is not told
  std::vector<scheduled_search::deviation> deviations;
};

std::string to_text(const schedule&);

/// False: the text is no schedule.
bool parse_schedule(const std::string& text, schedule& result);

/// A name that can stand in a schedule: what is no letter, digit, '-' or '_' becomes '_'.
std::string name_for_schedule(const std::string& name);

}  // namespace explore
