#include "text_places.hpp"

#include <algorithm>
#include <iterator>

#include "assembly.hpp"
#include "text_layout.hpp"

namespace explore {
namespace {

void collect(const call_stack& stack, std::vector<std::uintptr_t>& into) {
  into.insert(into.end(), stack.frames, stack.frames + std::min<std::size_t>(stack.depth, most_frames));
}

std::string without_template_arguments(const std::string& name) {
  std::string brief;
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    // operator<, operator-> and the like open or close nothing.
    const bool bracket = (name[i] == '<' || name[i] == '>') && !brief.ends_with("operator") &&
                         !brief.ends_with("operator-") && !(i > 0 && name[i - 1] == '-');
    if (bracket && name[i] == '>' && depth > 0) --depth;
    if (depth == 0) brief += name[i];
    if (bracket && name[i] == '<' && depth++ == 0) brief += "…";
  }
  return depth == 0 ? brief : name;
}

}  // namespace

std::string brief_function(const std::string& name) {
  constexpr std::size_t most = 100;
  if (display_width(name) <= most) return name;
  return cut_to(without_template_arguments(name), most);
}

// By files first: of an inlined function addr2line may tell no name.
bool is_in_atomic_shared_pointer(const std::vector<source_place>& places) {
  const auto in_header = [](const char* header) {
    return [header](const source_place& place) { return place.file.ends_with(header); };
  };
  const auto is_swap = in_header("/bits/move.h");
  const auto is_pointer = in_header("/bits/shared_ptr_atomic.h");
  auto place = std::find_if(places.begin(), places.end(), [](const source_place& one) { return !one.own_code; });
  if (place != places.end() && is_swap(*place)) ++place;
  if (place == places.end() || !is_pointer(*place)) return false;
  const auto behind = std::find_if_not(place, places.end(), is_pointer);
  const std::string& called = std::prev(behind)->function;
  return called.starts_with("std::atomic<") && called.find(">::atomic(") == std::string::npos;
}

void trace_places::resolve(const execution_trace& trace) {
  std::vector<std::uintptr_t> all;
  const std::size_t events = std::min<std::size_t>(trace.events_seen, most_traced_events);
  for (std::size_t i = 0; i < events; ++i) collect(trace.events[i].stack, all);
  const std::size_t blocks = std::min<std::size_t>(trace.blocks_seen, most_traced_blocks);
  for (std::size_t i = 0; i < blocks; ++i) collect(trace.blocks[i].allocated, all);
  for (const traced_thread& thread : trace.thread) collect(thread.stack, all);
  for (const traced_access& access : trace.access) collect(access.stack, all);
  collect(trace.where, all);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  symbols_.resolve(all);
}

std::vector<source_place> trace_places::places(const call_stack& stack) {
  std::vector<std::uintptr_t> addresses;
  collect(stack, addresses);
  symbols_.resolve(addresses);
  std::vector<source_place> all;
  for (const std::uintptr_t address : addresses) {
    const std::vector<source_place>& some = symbols_.places(address);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::string trace_places::place(const call_stack& stack) {
  const std::vector<source_place> all = places(stack);
  const source_place* const best = most_telling(all);
  return best == nullptr ? "" : best->text();
}

std::string trace_places::file_and_line(const call_stack& stack) {
  const std::vector<source_place> all = places(stack);
  const source_place* const best = most_telling(all);
  return best == nullptr || best->file.empty() ? "" : best->text();
}

std::string trace_places::short_place(const call_stack& stack) {
  const std::string whole = place(stack);
  return whole.substr(whole.rfind('/') + 1);
}

std::string trace_places::unseen_atomic() { return place_of_unseen_atomic(symbols_); }

bool trace_places::is_in_atomic_shared_pointer(const call_stack& stack) {
  return explore::is_in_atomic_shared_pointer(places(stack));
}

std::string trace_places::listing(const call_stack& stack) {
  std::string text;
  unsigned number = 0;
  for (const source_place& place : places(stack)) {
    if (place.own_code) continue;
    text += "    #" + std::to_string(number++) + " ";
    text += place.function.empty() ? place.inlined ? "(inlined function)" : "(unknown function)"
                                   : brief_function(place.function);
    if (!place.file.empty()) text += "  at " + place.text();
    text += '\n';
  }
  return text.empty() ? "    (no stack)\n" : text;
}

}  // namespace explore
