#include "report_json.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "json.hpp"
#include "text_causes.hpp"
#include "text_columns.hpp"
#include "text_events.hpp"
#include "text_names.hpp"
#include "text_verdict.hpp"
#include "text_waiting.hpp"

namespace explore {
namespace {

// As trace.hpp numbers them.
constexpr const char* operation_names[] = {
    "none",
    "load",
    "store",
    "exchange",
    "fetch_add",
    "fetch_sub",
    "fetch_and",
    "fetch_or",
    "fetch_xor",
    "fetch_nand",
    "compare_exchange",
    "fence",
    "lock",
    "try_lock",
    "timed_lock",
    "unlock",
    "read_lock",
    "try_read_lock",
    "write_lock",
    "try_write_lock",
    "timed_read_lock",
    "timed_write_lock",
    "rw_unlock",
    "cond_wait",
    "cond_woken",
    "cond_timed_out",
    "cond_signal",
    "cond_broadcast",
    "futex_wait",
    "futex_woken",
    "futex_timed_out",
    "futex_wake",
    "sem_wait",
    "sem_try_wait",
    "sem_timed_wait",
    "sem_post",
    "thread_create",
    "thread_start",
    "thread_exit",
    "thread_join",
    "thread_detach",
    "once_enter",
    "once_done",
    "clock_read",
    "sleep",
    "yield",
    "descriptor_wait",
    "descriptor_read",
    "descriptor_write",
    "descriptor_control",
    "descriptor_close",
    "barrier_wait",
    "signal_action",
    "plain_read",
    "plain_write",
    "heap_free",
    "choose",
    "heap_allocate",
    "operation_begin",
    "operation_end",
};
static_assert(std::size(operation_names) == static_cast<std::size_t>(op::operation_end) + 1, "the last of all");

const char* name_of(op what) {
  const auto number = static_cast<std::size_t>(what);
  return number < std::size(operation_names) ? operation_names[number] : "unknown";
}

const char* name_of(outcome how) {
  constexpr const char* names[] = {"done", "failed", "timed_out", "would_block", "blocked"};
  const auto number = static_cast<std::size_t>(how);
  return number < std::size(names) ? names[number] : "unknown";
}

const char* name_of_order(std::uint8_t order) {
  constexpr const char* names[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
  return order < std::size(names) ? names[order] : "unknown";
}

const char* key_of(verdict kind) {
  switch (kind) {
    case verdict::passed: return "passed";
    case verdict::failed_assertion: return "failed_assertion";
    case verdict::uncaught_exception: return "uncaught_exception";
    case verdict::terminated: return "terminated";
    case verdict::died_by_signal: return "died_by_signal";
    case verdict::failed_exit: return "failed_exit";
    case verdict::deadlock: return "deadlock";
    case verdict::lost_wake_up: return "lost_wake_up";
    case verdict::blocked: return "blocked";
    case verdict::livelock: return "livelock";
    case verdict::step_limit: return "step_limit";
    case verdict::no_progress: return "no_progress";
    case verdict::data_race: return "data_race";
    case verdict::use_after_free: return "use_after_free";
    case verdict::double_free: return "double_free";
    case verdict::bad_free: return "bad_free";
    case verdict::bad_use: return "bad_use";
    case verdict::not_deterministic: return "not_deterministic";
    case verdict::not_modelled: return "not_modelled";
    case verdict::not_reached: return "not_reached";
    case verdict::not_instrumented: return "not_instrumented";
    case verdict::bad_schedule: return "bad_schedule";
    case verdict::leak: return "leak";
  }
  return "unknown";
}

bool is_atomic(op what) { return what >= op::load && what <= op::compare_exchange; }

/// Lines around those that the report names, of files that can still be read.
class source_lines {
 public:
  void want(const source_place& place) {
    if (!place.user_code || place.file.empty() || place.line == 0) return;
    constexpr unsigned around = 5;
    std::set<unsigned>& lines = wanted_[place.file];
    for (unsigned i = place.line > around ? place.line - around : 1; i <= place.line + around; ++i) lines.insert(i);
  }

  void write(json_writer& to) const {
    to.begin_object();
    for (const auto& [file, lines] : wanted_) {
      std::ifstream text(file);
      if (!text) continue;
      to.key(file);
      to.begin_object();
      std::string line;
      for (unsigned number = 1; number <= *lines.rbegin() && std::getline(text, line); ++number) {
        if (lines.contains(number)) to.text(std::to_string(number), line);
      }
      to.end_object();
    }
    to.end_object();
  }

 private:
  std::map<std::string, std::set<unsigned>> wanted_;
};

class traced_report {
 public:
  traced_report(const execution_trace& trace, verdict kind, json_writer& to)
      : trace_(trace),
        kind_(kind),
        to_(to),
        places_(known_),
        names_((places_.resolve(trace), trace), known_, places_) {}

  void write() {
    to_.text("message", message_of(trace_));
    to_.text("explanation", what_went_wrong(trace_, kind_, places_, names_));
    write_threads();
    write_events();
    write_accesses();
    write_failure();
    to_.key("objects");
    to_.begin_array();
    for (const std::string& line : names_.legend_lines()) to_.text(line);
    to_.end_array();
    write_stacks();
    to_.key("sources");
    sources_.write(to_);
  }

 private:
  void write_threads() {
    to_.key("threads");
    to_.begin_array();
    const std::vector<unsigned> unfinished = unfinished_threads(trace_);
    for (unsigned i = 0; i < threads_in(trace_); ++i) {
      const traced_thread& thread = trace_.thread[i];
      const bool waits = thread.waits_for != op::none && std::count(unfinished.begin(), unfinished.end(), i) != 0;
      to_.begin_object();
      to_.text("name", thread_name(i));
      to_.truth("ended", thread.ended);
      to_.key("pending");
      waits ? to_.text(waiting_phrase(trace_, i, names_)) : to_.nothing();
      write_stack(thread.ended ? call_stack{} : thread.stack);
      to_.end_object();
    }
    to_.end_array();
  }

  void write_events() {
    const std::vector<std::size_t> causes = causes_in(trace_);
    to_.number("steps", trace_.events_seen);
    to_.key("events");
    to_.begin_array();
    for (std::size_t i = 0; i < events_in(trace_); ++i) {
      const traced_event& event = trace_.events[i];
      if (event.thread < most_threads) write_event(event, causes[i]);
    }
    to_.end_array();
  }

  void write_event(const traced_event& event, std::size_t cause) {
    to_.begin_object();
    to_.number("step", event.position);
    to_.number("thread", event.thread);
    to_.text("operation", name_of(event.what));
    to_.key("object");
    event.object == 0 ? to_.nothing() : to_.text(names_.name(event.object));
    to_.text("text", phrase_of(event, names_));
    if (is_atomic(event.what)) write_values(event);
    to_.text("outcome", name_of(event.how));
    to_.truth("deviation", event.deviation);
    to_.truth("stale", event.is_stale);
    if (event.other_thread < most_threads) to_.number("other_thread", event.other_thread);
    if (cause != no_cause) to_.number("answers_to", trace_.events[cause].position);
    to_.number("time_ns", event.time);
    to_.text("place", places_.file_and_line(event.stack));
    write_stack(event.stack);
    to_.end_object();
  }

  void write_values(const traced_event& event) {
    to_.text("order", name_of_order(event.order));
    const auto value = [&](std::uint64_t number) { return names_.value(number, event.size); };
    if (event.what != op::store) to_.text("read", value(event.before));
    if (event.what == op::load && event.is_stale) to_.text("newest", value(event.after));
    if (event.what != op::load && event.how == outcome::done) to_.text("written", value(event.after));
  }

  // The earlier one first.
  void write_accesses() {
    to_.key("accesses");
    to_.begin_array();
    for (unsigned i = std::min(trace_.accesses, 2U); i-- > 0;) {
      const traced_access& access = trace_.access[i];
      to_.begin_object();
      to_.number("thread", access.thread);
      to_.text("text", access_phrase(access, names_));
      to_.text("place", places_.file_and_line(access.stack));
      write_stack(access.stack);
      to_.end_object();
    }
    to_.end_array();
  }

  void write_failure() {
    to_.key("failed");
    to_.begin_object();
    to_.number("thread", trace_.failed_thread);
    to_.text("place", places_.file_and_line(trace_.where));
    write_stack(trace_.where);
    to_.end_object();
  }

  // By number, since most steps of a loop have the same.
  void write_stack(const call_stack& stack) {
    to_.key("stack");
    if (stack.depth == 0) return to_.nothing();
    const std::vector<std::uintptr_t> frames(stack.frames,
                                             stack.frames + std::min<std::size_t>(stack.depth, most_frames));
    const auto [known, is_new] = numbers_.try_emplace(frames, stacks_.size());
    if (is_new) stacks_.push_back(places_.places(stack));
    to_.number(known->second);
  }

  void write_stacks() {
    to_.key("stacks");
    to_.begin_array();
    for (const std::vector<source_place>& stack : stacks_) {
      to_.begin_array();
      for (const source_place& place : stack) {
        if (place.own_code) continue;
        sources_.want(place);
        to_.begin_object();
        to_.text("function", brief_function(place.function));
        to_.text("file", place.file);
        to_.number("line", place.line);
        to_.truth("own", place.user_code);
        to_.end_object();
      }
      to_.end_array();
    }
    to_.end_array();
  }

  const execution_trace& trace_;
  verdict kind_;
  json_writer& to_;
  symbols known_;
  trace_places places_;
  object_names names_;
  source_lines sources_;
  std::map<std::vector<std::uintptr_t>, std::size_t> numbers_;
  std::vector<std::vector<source_place>> stacks_;
};

void write_counts(const report& found, json_writer& to) {
  to.text("verdict", key_of(found.kind));
  to.text("strategy", name_of(found.search));
  to.text("memory", name_of(found.memory));
  to.number("executions", found.executions);
  to.number("dropped", found.dropped);
  to.number("states", found.states);
  to.truth("complete", found.complete);
  to.text("schedule", found.schedule);
  to.text("where", found.where);
  to.share("unseen", found.unseen);
}

}  // namespace

std::string json_of(const report& found, const std::string& program_name, const execution_trace* trace) {
  json_writer to;
  to.begin_object();
  to.number("format", 1);
  to.text("program", program_name);
  to.text("title", name_of(found.kind));
  write_counts(found, to);
  to.truth("out_of_budget", found.out_of_budget);
  to.number("deviations", found.deviations);
  to.number("found_deviations", found.found_deviations);
  to.text("replay", found.replay);
  to.text("report", found.text);
  if (trace != nullptr) traced_report(*trace, found.kind, to).write();
  to.end_object();
  return to.written() + "\n";
}

std::string short_json_of(const report& found) {
  json_writer to;
  to.begin_object();
  write_counts(found, to);
  to.end_object();
  return to.written() + "\n";
}

}  // namespace explore
