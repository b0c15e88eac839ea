/// A recorded execution that a test makes up, step by step, for the text that is made of it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "replay_line.hpp"
#include "text.hpp"

// Objects that steps are about, and that texts name.
inline std::atomic<int> lost_updates;
inline int shared_total;

namespace recorded {

[[gnu::noinline]] inline explore::call_stack stack_here() {
  explore::call_stack stack;
  stack.depth = 1;
  stack.frames[0] = reinterpret_cast<std::uintptr_t>(__builtin_extract_return_addr(__builtin_return_address(0)));
  return stack;
}

// Places that reports shall name: functions of their own, so that no two tests share a line.
[[gnu::noinline]] inline explore::call_stack reader_of_total() { return stack_here(); }
[[gnu::noinline]] inline explore::call_stack writer_of_total() { return stack_here(); }
[[gnu::noinline]] inline explore::call_stack allocator_of_node() { return stack_here(); }

template <class Object>
std::uintptr_t address_of(const Object& object) {
  return reinterpret_cast<std::uintptr_t>(&object);
}

inline constexpr std::uintptr_t main_stack = 0x7000'0000, thread_stack = 0x7100'0000, heap = 0x7200'0000;

struct recording {
  std::unique_ptr<explore::execution_trace> trace = std::make_unique<explore::execution_trace>();

  explicit recording(unsigned threads = 2) {
    trace->threads = threads;
    for (unsigned i = 0; i < threads; ++i) trace->thread[i].started = true;
    trace->thread[0].stack_begin = main_stack;
    trace->thread[0].stack_end = main_stack + 0x10000;
    if (threads > 1) {
      trace->thread[1].stack_begin = thread_stack;
      trace->thread[1].stack_end = thread_stack + 0x10000;
    }
  }

  explore::traced_event& step(unsigned thread, explore::op what, std::uintptr_t object = 0) {
    explore::traced_event& event =
        trace->events[std::min<std::size_t>(trace->events_seen, explore::most_traced_events - 1)];
    event.what = what;
    event.thread = static_cast<std::uint8_t>(thread);
    event.order = 5;  // memory_order_seq_cst
    event.size = 4;
    event.object = object;
    event.other_thread = 0xffff;
    event.position = ++trace->events_seen;
    return event;
  }

  void block(std::uintptr_t begin, std::uint64_t size, std::uint32_t number) {
    explore::traced_block& block = trace->blocks[trace->blocks_seen++];
    block.begin = begin;
    block.size = size;
    block.number = number;
    block.allocated = allocator_of_node();
  }

  void waits(unsigned thread, explore::op what, std::uintptr_t object, std::uint16_t for_thread = 0xffff) {
    explore::traced_thread& state = trace->thread[thread];
    state.waits_for = what;
    state.object = object;
    state.other_thread = for_thread;
    state.stack = reader_of_total();
  }

  void accesses(explore::op earlier, explore::op later, std::uintptr_t address) {
    trace->accesses = 2;
    trace->access[0] = {later, 0, 4, address, reader_of_total()};
    trace->access[1] = {earlier, 1, 4, address, writer_of_total()};
    trace->where = trace->access[0].stack;
  }

  [[nodiscard]] std::string text(explore::verdict kind) const {
    return explore::describe(*trace, kind, "queue",
                             explore::replay_lines("q1.queue.abc", "quiesce explore ./queue --replay q1.queue.abc"));
  }
};

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace recorded
