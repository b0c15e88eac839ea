#include "explore/history.hpp"

#include <cstdio>
#include <cstdlib>

#include "engine.hpp"

namespace explore::recording {
namespace {

// Of runs without the explorer.
std::atomic<std::uint64_t> clock_ticks{0};
std::atomic<unsigned> threads_seen{0};

unsigned number_of_thread() noexcept {
  thread_local const unsigned number = threads_seen.fetch_add(1);
  return number;
}

bool is_in_execution() noexcept { return active != nullptr && active->is_in_execution(); }

// What happened outside happened before the execution, which has begun since.
std::uint64_t time_of(const moment& when) noexcept {
  if (when.is_outside || !is_in_execution()) return when.steps;
  constexpr std::uint64_t begin_of_execution = std::uint64_t{1} << 32;
  std::uint32_t position = 0;
  while (active->made(position).thread != when.thread || active->made(position).index != when.steps) ++position;
  return begin_of_execution + position;
}

// Of the operations of one history: no address of a word.
constexpr std::uintptr_t history_key = std::uintptr_t{1} << 61;

// Beginnings commute with each other, and so do ends. A beginning and an end do not: which of them comes first says whether
// one operation had ended before the other one began.
void make_step(op what, access_mode mode, const void* history, const void* called_at) noexcept {
  if (!is_explored()) return;
  const auto address = reinterpret_cast<std::uintptr_t>(history);
  operation next;
  next.what = what;
  next.address = address;
  next.pc = active->self().pending.pc = reinterpret_cast<std::uintptr_t>(called_at);
  next.touches(active->object_at(address ^ history_key), mode);
  active->announce(next);
  active->make(next)->object = address;
}

}  // namespace

unseen::unseen() noexcept : was_seen_(is_explored()) {
  if (was_seen_) active->look_away();
}

unseen::~unseen() {
  if (was_seen_) active->look_again();
}

moment now() noexcept {
  if (is_in_execution()) return {active->current(), active->self().steps};
  return {number_of_thread(), clock_ticks.fetch_add(1), true};
}

void begin_operation(const void* history, const void* called_at) noexcept {
  make_step(op::operation_begin, access_mode::read, history, called_at);
}

void end_operation(const void* history, const void* called_at) noexcept {
  make_step(op::operation_end, access_mode::add, history, called_at);
}

interval time_between(const moment& begin, const moment& end) noexcept { return {time_of(begin), time_of(end)}; }

interval time_since(const moment& begin) noexcept { return {time_of(begin), interval::never}; }

void fail(const char* text, const void* called_at) noexcept {
  if (!is_in_execution()) {
    std::fprintf(stderr, "%s\n", text);
    std::abort();
  }
  active->look_again();
  active->self().pending.pc = reinterpret_cast<std::uintptr_t>(called_at);
  active->fail(verdict::failed_assertion, "%s", text);
}

}  // namespace explore::recording
