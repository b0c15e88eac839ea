#include "shrunk_failure.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "exploration.hpp"
#include "modules.hpp"
#include "real.hpp"
#include "shrink.hpp"
#include "text_places.hpp"
#include "workers.hpp"

namespace explore {
namespace {

constexpr std::uint64_t most_trials = 500;
constexpr std::uint64_t most_steps = 20'000'000;  // of the search for fewer: some 2 s
constexpr std::uint64_t longest =
    10'000'000'000;  // nanoseconds, for all; the others count work, so that load changes nothing
constexpr std::chrono::milliseconds patience{500};

// By the thread and the number of its steps.
interruptions interruptions_of(const std::vector<std::uint32_t>& choices) {
  interruptions found;
  std::uint16_t steps[most_threads] = {};
  unsigned running = 0;
  for (const std::uint32_t each : choices) {
    const std::uint32_t choice = each & ~shared_outcome::deviates;
    if (choice != each) found.push_back({static_cast<std::uint8_t>(running), steps[running], choice});
    running = step_choice::thread(choice);
    ++steps[running];
  }
  return found;
}

// By file and line; where these are not known, by the addresses of the program's calls that led there.
struct code_place {
  std::string text;
  std::vector<std::uintptr_t> calls{};
  friend bool operator==(const code_place&, const code_place&) = default;
};

struct failure_place {
  code_place later, earlier;
  bool is_known = false;
  friend bool operator==(const failure_place&, const failure_place&) = default;
};

class trials {
 public:
  trials(const task& found_by, const failure& found, shared_outcome& answer)
      : found_by_(found_by), best_(found), answer_(answer), end_(real_time() + longest) {
    system_.find();
    where_ = place();
  }

  // Without a place one failure could not be told from another.
  [[nodiscard]] bool is_possible() const { return where_.is_known; }

  // Which of them fails is told by how far the child came. It ends at each failure, be it another one than is wanted.
  std::optional<interruptions> operator()(const std::vector<interruptions>& candidates) {
    for (std::size_t next = 0; next < candidates.size();) {
      if (tried_ >= most_trials || real_time() >= end_) return std::nullopt;
      try_from(candidates, next);
      const std::size_t done = answer_.executions;
      tried_ += done - next + 1;
      if (!answer_.has_verdict) return std::nullopt;
      if (std::optional<interruptions> same = compare()) return same;
      next = done + 1;
    }
    return std::nullopt;
  }

  // What is left may stand in a valley: moving one deviation would make another one needless. A search in the order of their
  // number goes over such hills, as long as the first failure that it meets is the wanted one.
  void search_for_fewer() {
    const std::size_t deviations = deviations_of(best_.choices).size();
    const std::uint64_t now = real_time();
    if (deviations == 0 || found_by_.search == strategy::bounded || now >= end_) return;
    task search = found_by_;
    options short_of_time = *found_by_.how;
    short_of_time.deviations = static_cast<std::uint32_t>(deviations - 1);
    short_of_time.time = std::chrono::milliseconds((end_ - now) / 1'000'000 + 1);
    short_of_time.executions = most_steps / best_.choices.size();
    search.search = strategy::bounded;
    run(search, short_of_time);
    if (answer_.has_verdict) compare();
  }

  [[nodiscard]] const failure& best() const { return best_; }

 private:
  void try_from(const std::vector<interruptions>& candidates, std::size_t first) {
    task some = found_by_;
    some.candidates = &candidates;
    some.first_candidate = first;
    some.most_candidates = most_trials - tried_;
    some.end = end_;
    run(some, *found_by_.how);
  }

  void run(task& what, options how) {
    how.watchdog = std::min(how.watchdog, patience);
    what.how = &how;
    clear(answer_);
    run_task(what, answer_);
  }

  // The execution that has just failed is run again and recorded, which tells its place.
  std::optional<interruptions> compare() {
    if (answer_.kind != best_.kind) return std::nullopt;
    failure now = failure_in(answer_);
    if (!record_failure(found_by_, now, answer_, output::hidden) || !(place() == where_)) return std::nullopt;
    interruptions left = interruptions_of(now.choices);
    if (!is_smaller(left, interruptions_of(best_.choices))) return std::nullopt;
    best_ = std::move(now);
    return left;
  }

  failure_place place() {
    const execution_trace& trace = answer_.trace;
    failure_place found;
    const bool has_two = trace.accesses >= 2;
    found.later = place_of(has_two ? trace.access[0].stack : trace.where);
    if (has_two) found.earlier = place_of(trace.access[1].stack);
    found.is_known = is_known(found.later) && (!has_two || is_known(found.earlier));
    return found;
  }

  static bool is_known(const code_place& place) { return !place.text.empty() || !place.calls.empty(); }

  code_place place_of(const call_stack& stack) {
    code_place found{.text = places_.file_and_line(stack)};
    for (std::size_t i = 0; found.text.empty() && i < stack.depth; ++i) {
      if (!system_.contains(reinterpret_cast<const void*>(stack.frames[i]))) found.calls.push_back(stack.frames[i]);
    }
    return found;
  }

  const task& found_by_;
  failure best_;
  shared_outcome& answer_;
  std::uint64_t end_;
  std::uint64_t tried_ = 0;
  symbols known_;
  trace_places places_{known_};
  system_code system_;
  failure_place where_;
};

}  // namespace

failure failure_in(const shared_outcome& answer) {
  return {.kind = answer.kind,
          .choices = {answer.choices, answer.choices + answer.choice_count},
          .watched_thread = answer.watched_thread,
          .watched_access = answer.watched_access};
}

std::vector<scheduled_search::deviation> deviations_of(const std::vector<std::uint32_t>& choices) {
  std::vector<scheduled_search::deviation> found;
  for (std::uint32_t at = 0; at < choices.size(); ++at) {
    if ((choices[at] & shared_outcome::deviates) == 0) continue;
    found.push_back({at, choices[at] & ~shared_outcome::deviates});
  }
  return found;
}

bool record_failure(const task& found_by, const failure& what, shared_outcome& answer, output of_program) {
  task replay = found_by;
  replay.is_replay = true;
  replay.is_silent = of_program == output::hidden;
  replay.choices = what.choices;
  for (std::uint32_t& each : replay.choices) each &= ~shared_outcome::deviates;
  options patient = *found_by.how;
  if (what.kind == verdict::no_progress) patient.watchdog = patience;
  replay.how = &patient;
  clear(answer);
  answer.watched_thread = what.watched_thread;
  answer.watched_access = what.watched_access;
  run_task(replay, answer);
  std::copy(what.choices.begin(), what.choices.end(), answer.choices);
  return answer.has_verdict && answer.kind == what.kind;
}

failure shrink_failure(const task& found_by, const failure& found, shared_outcome& answer) {
  trials attempt(found_by, found, answer);
  if (!attempt.is_possible()) return found;
  shrink(interruptions_of(found.choices),
         [&](const std::vector<interruptions>& candidates) { return attempt(candidates); });
  attempt.search_for_fewer();
  return attempt.best();
}

}  // namespace explore
