#include "exploration.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <system_error>

#include "engine.hpp"
#include "instrumented.hpp"
#include "modules.hpp"
#include "replay_line.hpp"
#include "report_files.hpp"
#include "schedule.hpp"
#include "search_sampling.hpp"
#include "shrunk_failure.hpp"
#include "text.hpp"
#include "weak_memory.hpp"
#include "workers.hpp"

namespace explore {

void clear(shared_outcome& answer) {
  const std::uint64_t reached = answer.reached;
  // Fresh pages of zeroes: most of it is never used.
  ::madvise(&answer, sizeof answer, MADV_REMOVE);
  answer.reached = reached;
}

namespace {

bool is_about_the_explorer(verdict kind) {
  return kind == verdict::not_modelled || kind == verdict::not_deterministic || kind == verdict::not_instrumented ||
         kind == verdict::bad_schedule;
}

std::string shrinking_line(const report& found) {
  if (found.found_deviations <= found.deviations) return {};
  const std::uint32_t before = found.found_deviations;
  return "shrunk from " + std::to_string(before) + (before == 1 ? " deviation to " : " deviations to ") +
         std::to_string(found.deviations) + "\n";
}

// Whether fewer deviations may be looked for. A replay is what was asked for, and a thread that makes no step costs each trial
// its time.
bool may_be_shrunk(const task& found_by, const failure& found) {
  return found_by.how->shrink && !found_by.is_scheduled && found.kind != verdict::no_progress &&
         !deviations_of(found.choices).empty();
}

// True: `answer` has the trace of `best`, which becomes the smaller failure only if that can be run again.
bool record_smallest(const task& found_by, failure& best, shared_outcome& answer) {
  if (may_be_shrunk(found_by, best)) {
    if (!record_failure(found_by, best, answer, output::hidden)) return false;
    const failure smaller = shrink_failure(found_by, best, answer);
    if (record_failure(found_by, smaller, answer, output::shown)) return best = smaller, true;
  }
  return record_failure(found_by, best, answer, output::shown);
}

// The failure that a child found, replayed in a new one that records it.
void explain(const task& found_by, shared_outcome& answer, report& result) {
  failure found = failure_in(answer);
  result.kind = found.kind;
  result.deviations = result.found_deviations = static_cast<std::uint32_t>(deviations_of(found.choices).size());
  if (!is_about_the_explorer(found.kind)) {
    if (!record_smallest(found_by, found, answer)) {
      result.kind = verdict::not_deterministic;
      std::snprintf(answer.trace.message, sizeof answer.trace.message,
                    "the search found: %s; the same schedule run again gave: %s", name_of(found.kind),
                    answer.has_verdict ? name_of(answer.kind) : name_of(verdict::passed));
    }
  }
  const std::vector<scheduled_search::deviation> deviations = deviations_of(found.choices);
  result.deviations = static_cast<std::uint32_t>(deviations.size());
  result.schedule = to_text({.name = found_by.how->name,
                             .build = build_hash(),
                             .has_weak_memory = found_by.how->memory == memory_model::weak,
                             .has_reuse = found_by.how->reuse != 0,
                             .spurious_wake_ups = found_by.how->spurious_wake_ups,
                             .steps = found_by.how->steps == options{}.steps ? 0 : found_by.how->steps,
                             .deviations = deviations});
  result.where = place_of(answer.trace);
  result.replay = found_by.replay_command(found_by.command_line, result.schedule);
  result.text = describe(answer.trace, result.kind, found_by.how->name,
                         shrinking_line(result) + replay_lines(result.schedule, result.replay));
}

// Of weak memory: what the machine of messages does not do, and a processor or a compiler may.
const char* const not_weak_text =
    R"(  not modelled of weak memory: a load that sees a store which comes after it (load buffering); a store that comes before an
  earlier one in the order of modification (2+2W); an order of sequentially consistent operations other than theirs in time;
  stale values of 16 bytes, in a compare-exchange that fails, and where a thread goes to sleep
)";

std::string not_modelled(const options& how) {
  std::string others = R"(spurious wake-ups, unless asked for; wakes in another order
  than that of waiting; )";
  if (how.reuse == 0) others += "reuse of freed memory; ";
  if (!how.leaks) others += "leaks; ";
  others += "signals; real devices; memory accesses of code without hooks\n";
  if (how.memory == memory_model::weak) return not_weak_text + ("  not modelled: " + others);
  return "  not modelled: weak memory (every read sees the newest write); " + others;
}

// Limits that kept the search from executions: up to them a complete one is complete, and any other has looked no further.
void add_limits(std::string& text, const task& part, const shared_outcome& answer) {
  const char* before = answer.is_complete ? " with at most " : ", and with at most ";
  const auto add = [&](bool is_met, std::uint32_t most, const char* of_what) {
    if (!is_met) return;
    text += before + std::to_string(most) + of_what;
    before = " and ";
  };
  add(answer.limited_time_outs, engine::most_early_limits, " early time-outs of a thread");
  add(answer.skipped_reads, engine::most_repeats, " repetitions of a read that finds nothing new");
  add(answer.limited_stale_reads, part.how->stale_reads, " stale reads in an execution");
  add(answer.limited_messages, weak_memory::most_readable, " values for a read");
  add(answer.limited_reuses, part.how->reuse, " uses of freed memory in an execution");
  add(answer.limited_wake_ups, part.how->spurious_wake_ups, " wake-ups of a thread for no reason");
}

// By a bounded search, which may have been ended in the middle of a bound.
std::string covered(const shared_outcome& answer) {
  const bool is_cut = answer.out_of_budget && answer.bound != 0;
  const std::uint32_t all = answer.bound - (is_cut ? 1 : 0);
  std::string text = ", up to " + std::to_string(all) + (all == 1 ? " deviation" : " deviations");
  if (is_cut && answer.has_begun_bound) text += ", some with " + std::to_string(answer.bound);
  return text;
}

void add_line(std::string& text, const task& part, const shared_outcome& answer) {
  char line[256];
  std::snprintf(line, sizeof line, "  %s%s: %llu executions", name_of(part.search),
                part.how->memory == memory_model::weak ? ", weak memory" : "",
                static_cast<unsigned long long>(answer.executions));
  text += line;
  if (answer.dropped != 0) {
    std::snprintf(line, sizeof line, ", %llu more cut short", static_cast<unsigned long long>(answer.dropped));
    text += line;
  }
  std::snprintf(line, sizeof line, ", %llu distinct", static_cast<unsigned long long>(answer.orders.distinct));
  text += line;
  if (part.search == strategy::bounded) text += answer.is_complete ? ", all that there are" : covered(answer);
  if (answer.workers > 1) text += ", by " + std::to_string(answer.workers) + " workers";
  if (answer.cut_off != 0) {
    std::snprintf(line, sizeof line, ", %llu of them ended by the limit of %u steps",
                  static_cast<unsigned long long>(answer.cut_off), part.how->steps);
    text += line;
  }
  text += answer.is_complete ? ", complete" : ", not complete";
  if (answer.out_of_budget) text += ": out of time or executions";
  if (answer.has_exited) {
    text += answer.out_of_budget ? "; " : ": ";
    text += "another thread than the first one ended the process, and what the others would have done is left out";
  }
  add_limits(text, part, answer);
  if (answer.lost_track)
    text +=
        "; not complete for data races: so many unordered accesses to one word of memory that some were not compared";
  text += "\n";
  if (!is_sampling(part.search)) return;
  text +=
      "    the chance that another execution shows an order not yet seen is " + unseen_mass_text(answer.orders) + "\n";
}

// True: the search is over, with the verdict in `result`.
bool search_part(task part, strategy by, shared_outcome& answer, report& result, std::string& lines) {
  part.search = by;
  clear(answer);
  run_task(part, answer);
  result.search = by;
  result.executions += answer.executions;
  result.dropped += answer.dropped;
  result.states = answer.orders.distinct;
  result.digest = answer.digest;
  result.complete = answer.is_complete;
  result.out_of_budget = answer.out_of_budget;
  if (answer.has_verdict) {
    result.complete = false;
    explain(part, answer, result);
    return true;
  }
  if (is_sampling(by)) result.unseen = unseen_mass(answer.orders);
  add_line(lines, part, answer);
  return result.complete;
}

void look_what_was_reached(const task& what, const shared_outcome& answer, report& result, std::string& lines) {
  for (std::size_t i = 0; i < what.how->must_reach.size(); ++i) {
    if ((answer.reached >> i & 1U) != 0) continue;
    result.kind = verdict::not_reached;
    lines += "  no execution reached: " + what.how->must_reach[i] + "\n";
  }
}

report refusal(verdict kind, const options& how, const std::string& why) {
  report result;
  result.kind = kind;
  result.search = how.search;
  result.memory = how.memory;
  result.text = how.name + ": " + name_of(kind) + "\n  " + why + "\n";
  return result;
}

report bad_stop(const options& how, const std::string& why) {
  report result = refusal(verdict::bad_schedule, how, "");
  result.text = how.name + ": " + why + "\n";
  return result;
}

bool is_debugged() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("TracerPid:")) return line.find_first_of("123456789") != std::string::npos;
  }
  return false;
}

// In this process, since that is the one which a debugger has started. Returns only if there is nothing to stop at.
report stop_in_debugger(const task& replayed, const report& found, shared_outcome& answer) {
  const std::uint32_t steps = answer.trace.events_seen;
  const std::uint32_t wanted = *replayed.how->break_at;
  if (wanted > steps) {
    return bad_stop(*replayed.how, "there is no step " + std::to_string(wanted) + ": this execution has " +
                                       std::to_string(steps) + " steps, from 0, and " + std::to_string(steps) +
                                       " stops at the failure");
  }
  task here = replayed;
  here.is_scheduled = false;
  here.is_replay = true;
  here.choices.assign(answer.choices, answer.choices + answer.choice_count);
  for (std::uint32_t& each : here.choices) each &= ~shared_outcome::deviates;
  here.stop_at = wanted;
  std::fputs(found.text.c_str(), stdout);
  std::printf("\nexplore: stops before step %u\n", wanted);
  std::fflush(stdout);
  clear(answer);
  run_child(here, answer);
}

report replay(const task& what, shared_outcome& answer) {
  schedule known;
  if (!parse_schedule(what.how->replay, known)) {
    return refusal(verdict::bad_schedule, *what.how, "'" + what.how->replay + "' is no schedule");
  }
  if (known.build != build_hash()) {
    return refusal(verdict::bad_schedule, *what.how,
                   "the schedule is of another build of the program: choices mean nothing in changed code");
  }
  if (what.how->break_at && !is_debugged()) {
    return bad_stop(*what.how, "no debugger runs this program, so that nothing would stop before step " +
                                   std::to_string(*what.how->break_at) + "; put gdb -ex run --args before the command");
  }
  options how = *what.how;
  how.memory = known.has_weak_memory ? memory_model::weak : memory_model::sequential;
  how.stale_reads = UINT32_MAX;
  how.reuse = known.has_reuse ? UINT32_MAX : 0;
  how.spurious_wake_ups = known.spurious_wake_ups;
  how.steps = known.steps != 0 ? known.steps : options{}.steps;
  task one = what;
  one.how = &how;
  one.is_scheduled = true;
  one.deviations = known.deviations;
  report result;
  result.memory = how.memory;
  clear(answer);
  run_task(one, answer);
  result.executions = 1;
  if (answer.has_verdict) {
    if (answer.kind == verdict::not_deterministic) {
      return refusal(verdict::bad_schedule, how, "the program does not follow the schedule");
    }
    explain(one, answer, result);
    return how.break_at && !is_about_the_explorer(result.kind) ? stop_in_debugger(one, result, answer) : result;
  }
  // Schedules are printed for failures only.
  return refusal(
      verdict::not_deterministic, how,
      "the schedule is of a failure, and led to none: the program depends on more than the order of its threads");
}

}  // namespace

shared_outcome& share_outcome() {
  void* const shared = ::mmap(nullptr, sizeof(shared_outcome), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (shared == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(), "explore: no memory to share with the exploring process");
  }
  return *static_cast<shared_outcome*>(shared);
}

report run_exploration(const task& what, shared_outcome& answer) {
  const options& how = *what.how;
  if (std::string why; !is_instrumented(why)) return refusal(verdict::not_instrumented, how, why);
  if (how.steps == 0 || how.steps > shared_outcome::most_steps) {
    return refusal(verdict::not_modelled, how, "options::steps must be from 1 to 65520");
  }
  if (how.depth == 0 || how.depth > changing_priorities::most_depth)
    return refusal(verdict::not_modelled, how, "options::depth must be from 1 to 32");
  if (how.jobs > most_workers) return refusal(verdict::not_modelled, how, "options::jobs must be from 0 to 64");
  if (how.must_reach.size() > 64)
    return refusal(verdict::not_modelled, how, "more than 64 states in options::must_reach");
  if (asks_for_stop_and_files(how)) {
    return bad_stop(how, "options::break_at stops the program, and no report is written: leave json and html out");
  }
  answer.reached = 0;
  if (!how.replay.empty()) return replay(what, answer);

  report result;
  result.memory = how.memory;
  std::string lines;
  bool over = false;
  if (how.search == strategy::automatic) {
    over = search_part(what, strategy::exhaustive, answer, result, lines) ||
           search_part(what, strategy::bounded, answer, result, lines) ||
           search_part(what, strategy::sampling, answer, result, lines);
  } else {
    over = search_part(what, how.search, answer, result, lines);
  }
  static_cast<void>(over);
  if (result.kind == verdict::passed) {
    look_what_was_reached(what, answer, result, lines);
    result.text = how.name + ": " + name_of(result.kind) + "\n" + lines + not_modelled(how);
  }
  return result;
}

}  // namespace explore
