#include "text_names.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace explore {
namespace {

std::string plus(std::uintptr_t offset) { return offset == 0 ? "" : " +" + std::to_string(offset); }

std::string hexadecimal(std::uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

// What an operation tells of its object. Null for words: those have no better name than their place.
const char* kind_of(op what) {
  switch (what) {
    case op::lock:
    case op::try_lock:
    case op::timed_lock:
    case op::unlock: return "mutex";
    case op::read_lock:
    case op::try_read_lock:
    case op::write_lock:
    case op::try_write_lock:
    case op::timed_read_lock:
    case op::timed_write_lock:
    case op::rw_unlock: return "rw lock";
    case op::cond_wait:
    case op::cond_woken:
    case op::cond_timed_out:
    case op::cond_signal:
    case op::cond_broadcast: return "condition variable";
    case op::sem_wait:
    case op::sem_try_wait:
    case op::sem_timed_wait:
    case op::sem_post: return "semaphore";
    case op::once_enter:
    case op::once_done: return "once flag";
    case op::barrier_wait: return "barrier";
    case op::operation_begin:
    case op::operation_end: return "history";
    case op::descriptor_wait:
    case op::descriptor_read:
    case op::descriptor_write:
    case op::descriptor_control:
    case op::descriptor_close: return "descriptor";
    default: return nullptr;
  }
}

bool is_descriptor(std::uintptr_t object) { return object < 4096; }  // no object lies in the first page

}  // namespace

std::string thread_name(unsigned thread) { return thread == 0 ? "main" : "thread " + std::to_string(thread); }

object_names::object_names(const execution_trace& trace, const symbols& names, trace_places& places)
    : trace_(trace), symbols_(names), places_(places) {
  number_objects();
}

// By first use, which is the same in every replay; addresses are so only as long as nothing else in the process differs.
void object_names::number_objects() {
  const std::size_t events = std::min<std::size_t>(trace_.events_seen, most_traced_events);
  for (std::size_t i = 0; i < events; ++i) {
    number_object(kind_of(trace_.events[i].what), trace_.events[i].object);
    note_stack_address(trace_.events[i].object);
  }
  for (const traced_thread& thread : trace_.thread) {
    number_object(kind_of(thread.waits_for), thread.object);
    note_stack_address(thread.object);
  }
  for (const traced_access& access : trace_.access) note_stack_address(access.address);
}

void object_names::number_object(const char* kind, std::uintptr_t address) {
  if (kind == nullptr || address == 0 || is_descriptor(address)) return;
  if (numbered_.contains(address) || !variable(address).empty()) return;
  numbered_[address] = std::string(kind) + " " + std::to_string(++count_[kind]);
}

// A stack's variables are counted from the lowest that is mentioned: from an end of the stack they would be far away.
void object_names::note_stack_address(std::uintptr_t address) {
  const int thread = stack_of(address);
  if (thread < 0) return;
  std::uintptr_t& lowest = lowest_[thread];
  if (lowest == 0 || address < lowest) lowest = address;
}

std::string object_names::variable(std::uintptr_t address) const {
  std::string found = symbols_.variable(address);
  for (unsigned i = 0; i < most_threads && found.empty(); ++i) {
    found = symbols_.thread_local_variable(address, trace_.thread[i].thread_pointer);
    if (!found.empty()) found += " of " + thread_name(i);
  }
  return found;
}

// The latest, where a block was freed and its memory given out again.
const traced_block* object_names::block_of(std::uintptr_t address) const {
  const traced_block* found = nullptr;
  const std::size_t blocks = std::min<std::size_t>(trace_.blocks_seen, most_traced_blocks);
  for (std::size_t i = 0; i < blocks; ++i) {
    const traced_block& block = trace_.blocks[i];
    // A block of no bytes still has an address of its own.
    const bool inside = address >= block.begin && address - block.begin < std::max<std::uint64_t>(block.size, 1);
    if (inside && (found == nullptr || block.number > found->number)) found = &block;
  }
  return found;
}

int object_names::stack_of(std::uintptr_t address) const {
  for (unsigned i = 0; i < most_threads; ++i) {
    const traced_thread& thread = trace_.thread[i];
    if (address >= thread.stack_begin && address < thread.stack_end) return static_cast<int>(i);
  }
  return -1;
}

std::string object_names::location(std::uintptr_t address) {
  const int thread = stack_of(address);
  if (thread >= 0) {
    const std::uintptr_t lowest = lowest_[thread];
    const std::string offset = lowest == 0 || address < lowest ? "" : plus(address - lowest);
    return "stack of " + thread_name(static_cast<unsigned>(thread)) + offset;
  }
  if (const traced_block* block = block_of(address)) {
    used_blocks_[block->number] = block;
    return "heap block " + std::to_string(block->number) + plus(address - block->begin);
  }
  return hexadecimal(address);
}

std::string object_names::name(std::uintptr_t address) {
  if (is_descriptor(address)) return address == 0 ? "null" : "descriptor " + std::to_string(address);
  const auto numbered = numbered_.find(address);
  if (numbered != numbered_.end()) {
    used_[numbered->second] = address;
    return numbered->second;
  }
  const std::string known = variable(address);
  return known.empty() ? location(address) : known;
}

std::string object_names::callee(std::uintptr_t address) {
  const std::string plain = name(address);
  return plain.find(" +") == std::string::npos && !plain.starts_with("0x") ? plain : "(" + plain + ")";
}

std::string object_names::value(std::uint64_t value, unsigned size) {
  const unsigned bits = size >= 1 && size < 8 ? size * 8 : 64;
  if (bits < 64) value &= (std::uint64_t{1} << bits) - 1;
  // A small negative number is likelier than a very large one.
  const std::uint64_t below_zero = bits < 64 ? (std::uint64_t{1} << bits) - value : std::uint64_t{0} - value;
  if (bits > 8 && value != 0 && below_zero <= 1000) return "-" + std::to_string(below_zero);
  if (bits < 64 || is_descriptor(value)) return std::to_string(value);

  const std::string variable_name = variable(value);
  if (!variable_name.empty()) return "&" + variable_name;
  const bool points = stack_of(value) >= 0 || block_of(value) != nullptr;
  if (points) return "&" + callee(value);
  return value < 1'000'000'000 ? std::to_string(value) : hexadecimal(value);
}

std::vector<std::string> object_names::legend_lines() {
  std::vector<std::string> lines;
  for (const auto& [name, address] : used_) lines.push_back(name + " is at " + location(address));
  for (const auto& [number, block] : used_blocks_) {
    const std::string place = places_.place(block->allocated);
    lines.push_back("heap block " + std::to_string(number) + " has " + std::to_string(block->size) +
                    " bytes, allocated by " + thread_name(block->thread) + (place.empty() ? "" : " at " + place));
  }
  return lines;
}

std::string object_names::legend() {
  const std::vector<std::string> lines = legend_lines();
  constexpr std::size_t most = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(lines.size(), most); ++i) text += "  " + lines[i] + "\n";
  if (lines.size() > most) text += "  … and " + std::to_string(lines.size() - most) + " more\n";
  return text;
}

std::string object_names::allocation(std::uintptr_t address) {
  const traced_block* const block = block_of(address);
  if (block == nullptr || stack_of(address) >= 0) return {};
  return "  heap block " + std::to_string(block->number) + ", " + std::to_string(block->size) +
         " bytes, was allocated by " + thread_name(block->thread) + "\n" + places_.listing(block->allocated);
}

}  // namespace explore
