#include "exploration.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include "engine.hpp"
#include "instrumented.hpp"
#include "modules.hpp"
#include "real.hpp"
#include "schedule.hpp"
#include "text.hpp"
#include "weak_memory.hpp"

namespace explore {
namespace {

constexpr std::uint64_t millisecond = 1'000'000;

/// Starts anew for each child, and keeps what earlier parts of the search have reached.
void clear(shared_outcome& answer) {
  const std::uint64_t reached = answer.reached;
  // Fresh pages of zeroes: most of it is never used.
  ::madvise(&answer, sizeof answer, MADV_REMOVE);
  answer.reached = reached;
}

// Until the child ends, but not for longer than the watch needs to see whether there is progress.
void wait_a_while(long child_descriptor) {
  pollfd ends{.fd = static_cast<int>(child_descriptor), .events = POLLIN, .revents = 0};
  const timespec how_long{.tv_sec = 0, .tv_nsec = 50 * static_cast<long>(millisecond)};
  kernel(SYS_ppoll, argument(&ends), 1, argument(&how_long));
}

enum class child_end { done, hangs, crashed };

// Waits for the child; kills it when it makes no step for too long.
child_end watch(pid_t child, const shared_outcome& answer, std::uint64_t patience, int& status) {
  std::uint64_t steps = 0;
  std::uint64_t since = real_time();
  const long descriptor = kernel(SYS_pidfd_open, child);
  const auto close_it = [descriptor] { kernel(SYS_close, descriptor); };
  for (;; wait_a_while(descriptor)) {
    const long ended = kernel(SYS_wait4, child, argument(&status), WNOHANG);
    if (ended == child) {
      close_it();
      return WIFSIGNALED(status) ? child_end::crashed : child_end::done;
    }
    const std::uint64_t now = real_time();
    const std::uint64_t seen = answer.steps.load(std::memory_order_relaxed);
    if (seen != steps) {
      steps = seen;
      since = now;
    } else if (now - since > patience) {
      kernel(SYS_kill, child, SIGKILL);
      kernel(SYS_wait4, child, argument(&status), 0);
      close_it();
      return child_end::hangs;
    }
  }
}

void run_task(const task& what, shared_outcome& answer) {
  std::fflush(nullptr);  // or the child would print it, too
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "explore: no process for the exploration");
  if (child == 0) run_child(what, answer);
  int status = 0;
  const auto patience = static_cast<std::uint64_t>(what.how->watchdog.count()) * millisecond;
  const child_end end = watch(child, answer, patience, status);
  if (answer.has_verdict || (end == child_end::done && answer.is_over)) return;
  answer.has_verdict = true;
  answer.trace.where.frames[0] = answer.last_pc;
  answer.trace.where.depth = 1;
  if (end == child_end::hangs) {
    answer.kind = verdict::no_progress;
    std::snprintf(
        answer.trace.message, sizeof answer.trace.message,
        "a thread ran for %lld ms without a step: a loop that looks at no shared memory, or a call that blocks; "
        "its last step was here",
        static_cast<long long>(what.how->watchdog.count()));
  } else if (end == child_end::done) {
    answer.kind = verdict::not_modelled;
    std::snprintf(answer.trace.message, sizeof answer.trace.message,
                  "the program ended its process past every function that the explorer knows, or became another one");
  } else {
    answer.kind = verdict::died_by_signal;
    std::snprintf(answer.trace.message, sizeof answer.trace.message, "the exploring process was ended by signal %d",
                  WTERMSIG(status));
  }
}

std::vector<scheduled_search::deviation> deviations_of(const std::vector<std::uint32_t>& choices) {
  std::vector<scheduled_search::deviation> found;
  for (std::uint32_t at = 0; at < choices.size(); ++at) {
    if ((choices[at] & shared_outcome::deviates) == 0) continue;
    found.push_back({at, choices[at] & ~shared_outcome::deviates});
  }
  return found;
}

bool is_about_the_explorer(verdict kind) {
  return kind == verdict::not_modelled || kind == verdict::not_deterministic || kind == verdict::not_instrumented ||
         kind == verdict::bad_schedule;
}

// The failure that a child found, replayed in a new one that records it.
void explain(const task& found_by, shared_outcome& answer, report& result) {
  std::vector<std::uint32_t> choices(answer.choices, answer.choices + answer.choice_count);
  result.kind = answer.kind;
  result.schedule = to_text({.name = found_by.how->name,
                             .build = build_hash(),
                             .has_weak_memory = found_by.how->memory == memory_model::weak,
                             .has_reuse = found_by.how->reuse != 0,
                             .deviations = deviations_of(choices)});
  if (!is_about_the_explorer(answer.kind)) {
    const verdict found = answer.kind;
    const std::uint8_t thread = answer.watched_thread;
    const std::uint32_t access = answer.watched_access;
    task replay = found_by;
    replay.is_replay = true;
    replay.choices = choices;
    for (std::uint32_t& each : replay.choices) each &= ~shared_outcome::deviates;
    options patient = *found_by.how;
    if (found == verdict::no_progress) patient.watchdog = std::chrono::milliseconds(500);
    replay.how = &patient;
    clear(answer);
    answer.watched_thread = thread;
    answer.watched_access = access;
    run_task(replay, answer);
    std::copy(choices.begin(), choices.end(), answer.choices);
    if (!answer.has_verdict || answer.kind != found) {
      result.kind = verdict::not_deterministic;
      std::snprintf(answer.trace.message, sizeof answer.trace.message,
                    "the search found: %s; the same schedule run again gave: %s", name_of(found),
                    answer.has_verdict ? name_of(answer.kind) : name_of(verdict::passed));
    }
  }
  result.where = place_of(answer.trace);
  result.text = describe(answer.trace, result.kind, found_by.how->name, result.schedule);
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

// Up to what a complete search is complete.
void add_limits(std::string& text, const task& part, const shared_outcome& answer) {
  const char* before = " with at most ";
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
  std::snprintf(line, sizeof line, ", %llu distinct", static_cast<unsigned long long>(answer.states));
  text += line;
  if (part.search == strategy::bounded) {
    std::snprintf(line, sizeof line, answer.is_complete ? ", all that there are" : ", up to %u deviations",
                  answer.bound);
    text += line;
  }
  if (answer.cut_off != 0) {
    std::snprintf(line, sizeof line, ", %llu of them ended by the limit of %u steps",
                  static_cast<unsigned long long>(answer.cut_off), part.how->steps);
    text += line;
  }
  text += answer.is_complete     ? ", complete"
          : answer.out_of_budget ? ", not complete: out of time or executions"
                                 : ", not complete";
  if (answer.is_complete) add_limits(text, part, answer);
  if (answer.lost_track)
    text +=
        "; not complete for data races: so many unordered accesses to one word of memory that some were not compared";
  text += "\n";
}

// True: the search is over, with the verdict in `result`.
bool search_part(task part, strategy by, shared_outcome& answer, report& result, std::string& lines) {
  part.search = by;
  clear(answer);
  run_task(part, answer);
  result.search = by;
  result.executions += answer.executions;
  result.dropped += answer.dropped;
  result.states = answer.states;
  result.digest = answer.digest;
  result.complete = answer.is_complete;
  result.out_of_budget = answer.out_of_budget;
  if (answer.has_verdict) {
    result.complete = false;
    explain(part, answer, result);
    return true;
  }
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
  result.text = how.name + ": " + name_of(kind) + "\n  " + why + "\n";
  return result;
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
  options how = *what.how;
  how.memory = known.has_weak_memory ? memory_model::weak : memory_model::sequential;
  how.stale_reads = UINT32_MAX;
  how.reuse = known.has_reuse ? UINT32_MAX : 0;
  task one = what;
  one.how = &how;
  one.is_scheduled = true;
  one.deviations = known.deviations;
  report result;
  clear(answer);
  run_task(one, answer);
  result.executions = 1;
  if (answer.has_verdict) {
    if (answer.kind == verdict::not_deterministic) {
      return refusal(verdict::bad_schedule, *what.how, "the program does not follow the schedule");
    }
    explain(one, answer, result);
    return result;
  }
  // Schedules are printed for failures only.
  return refusal(
      verdict::not_deterministic, *what.how,
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
  if (how.steps == 0 || how.steps > shared_outcome::most_choices - 16) {
    return refusal(verdict::not_modelled, how, "options::steps must be from 1 to 65520");
  }
  if (how.must_reach.size() > 64)
    return refusal(verdict::not_modelled, how, "more than 64 states in options::must_reach");
  answer.reached = 0;
  if (!how.replay.empty()) return replay(what, answer);

  report result;
  std::string lines;
  bool over = false;
  if (how.search == strategy::automatic) {
    over = search_part(what, strategy::exhaustive, answer, result, lines) ||
           search_part(what, strategy::bounded, answer, result, lines) ||
           search_part(what, strategy::random, answer, result, lines);
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
