#include "text_story.hpp"

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "text_causes.hpp"
#include "text_columns.hpp"
#include "text_events.hpp"
#include "text_layout.hpp"

namespace explore {
namespace {

constexpr std::size_t most_told = 2;

std::string step(const traced_event& event) { return "step " + std::to_string(event.position); }

}  // namespace

std::string story::at(const call_stack& stack) {
  const std::string place = places_.file_and_line(stack);
  return place.empty() ? "" : " at " + place.substr(place.rfind('/') + 1);
}

std::string story::told(const traced_event& event) {
  constexpr std::size_t most_width = 60;
  return step(event) + " (" + cut_to(phrase_of(event, names_), most_width) + at(event.stack) + ")";
}

const traced_event* story::last_store(std::uintptr_t object, std::size_t before) const {
  for (std::size_t i = before; i-- > 0;) {
    if (trace_.events[i].object == object && changes_value(trace_.events[i])) return &trace_.events[i];
  }
  return nullptr;
}

std::size_t story::last_read_by(unsigned thread) const {
  for (std::size_t i = events_in(trace_); i-- > 0;) {
    if (trace_.events[i].thread == thread && reads_value(trace_.events[i].what)) return i;
  }
  return no_cause;
}

std::string story::value_read(const traced_event& event) {
  // After a change of its own that is the value which it has made.
  const bool changed = event.what != op::load && event.how == outcome::done;
  return names_.name(event.object) + " == " + names_.value(changed ? event.after : event.before, event.size);
}

std::string story::last_read(unsigned thread) {
  const std::size_t found = last_read_by(thread);
  if (found == no_cause) return {};
  const traced_event& read = trace_.events[found];
  if (read.what != op::load && read.how == outcome::done) {
    std::string text = " The last that it did to an atomic was " + told(read);
    const traced_event* const before = last_store(read.object, found);
    if (before != nullptr && before->thread != thread) {
      text += ", after " + thread_name(before->thread) + " had changed it in " + step(*before) + at(before->stack);
    }
    return text + ".";
  }
  std::string text = " It had last read " + value_read(read) + ", in " + step(read);
  const traced_event* const stored = last_store(read.object, found);
  if (stored != nullptr && !read.is_stale && stored->after == read.before && stored->thread != thread) {
    text += ", as " + thread_name(stored->thread) + " had stored in " + step(*stored) + at(stored->stack);
  }
  return text + ".";
}

std::string story::stale_reads() {
  std::string text;
  std::set<std::pair<unsigned, std::uintptr_t>> told_of;
  for (std::size_t i = 0; i < events_in(trace_); ++i) {
    const traced_event& read = trace_.events[i];
    if (!read.is_stale || told_of.size() == most_told) continue;
    if (!told_of.insert({read.thread, read.object}).second) continue;
    text += " In " + step(read) + " " + thread_name(read.thread) + " read " + value_read(read) + ", which is stale";
    if (const traced_event* const newer = last_store(read.object, i)) {
      text += ": " + thread_name(newer->thread) + " had stored " + names_.value(newer->after, newer->size) + " in " +
              step(*newer) + at(newer->stack) + ", and nothing orders that before the load";
    }
    text += ".";
  }
  return text;
}

std::string story::last_change(std::uintptr_t object) {
  const std::string name = names_.name(object);
  const traced_event* const stored = last_store(object, events_in(trace_));
  if (stored == nullptr) return " Nobody has ever changed " + name + ".";
  return " The last to change " + name + " was " + thread_name(stored->thread) + ", to " +
         names_.value(stored->after, stored->size) + " in " + step(*stored) + at(stored->stack) + ".";
}

std::string story::since(unsigned thread, std::uintptr_t lock) {
  for (std::size_t i = events_in(trace_); i-- > 0;) {
    const traced_event& event = trace_.events[i];
    if (event.thread != thread || event.object != lock || event.how != outcome::done || !takes_lock(event.what))
      continue;
    return ", locked in " + step(event) + at(event.stack) + ",";
  }
  return {};
}

std::string story::loop_of(unsigned thread) {
  const std::size_t found = last_read_by(thread);
  const call_stack& stack = trace_.thread[thread].stack;
  if (found == no_cause) return at(stack);
  const traced_event& read = trace_.events[found];
  std::string text = at(read.stack) + ", where it finds " + value_read(read);
  const traced_event* const stored = last_store(read.object, found);
  if (stored != nullptr && stored->thread != thread && stored->after == read.before) {
    text += ", stored by " + thread_name(stored->thread) + " in " + step(*stored) + at(stored->stack);
  }
  return text;
}

std::string story::interruption(std::size_t which) {
  const traced_event& came = trace_.events[which];
  if (came.what == op::cond_timed_out || came.what == op::futex_timed_out || came.how == outcome::timed_out) {
    return " In " + told(came) + " " + thread_name(came.thread) + " ran out of time while others could go on.";
  }
  if (which == 0 || trace_.events[which - 1].thread == came.thread) return {};
  const traced_event& before = trace_.events[which - 1];
  const std::size_t events = events_in(trace_);
  std::size_t last = which;
  while (last + 1 < events && trace_.events[last + 1].thread == came.thread) ++last;
  std::size_t next = which;
  while (next < events && trace_.events[next].thread != before.thread) ++next;
  const std::string whose = thread_name(before.thread) + "'s " + told(before);
  const std::string steps = which == last ? "made its " + told(came)
                                          : "made its steps " + std::to_string(came.position) + " to " +
                                                std::to_string(trace_.events[last].position);
  if (next == events) return " After " + whose + " " + thread_name(came.thread) + " " + steps + ".";
  return " Between " + whose + " and its " + told(trace_.events[next]) + " " + thread_name(came.thread) + " " + steps +
         ".";
}

std::string story::interruptions() {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < events_in(trace_); ++i) {
    if (trace_.events[i].deviation && !interruption(i).empty()) all.push_back(i);
  }
  std::string text;
  for (std::size_t i = all.size() > most_told ? all.size() - most_told : 0; i < all.size(); ++i) {
    text += interruption(all[i]);
  }
  return text;
}

}  // namespace explore
