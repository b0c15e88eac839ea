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

// The position of a step that its thread has made.
std::uint64_t time_of_step(const moment& made) noexcept {
  std::uint32_t at = 0;
  while (active->made(at).thread != made.thread || active->made(at).index != made.steps) ++at;
  return at;
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
  return {number_of_thread(), clock_ticks.fetch_add(1)};
}

void begin_operation(const void* history, const void* called_at) noexcept {
  make_step(op::operation_begin, access_mode::read, history, called_at);
}

void end_operation(const void* history, const void* called_at) noexcept {
  make_step(op::operation_end, access_mode::add, history, called_at);
}

interval time_between(const moment& begin, const moment& end) noexcept {
  if (!is_in_execution()) return {begin.steps, end.steps};
  return {time_of_step(begin), time_of_step(end)};
}

interval time_since(const moment& begin) noexcept {
  return {is_in_execution() ? time_of_step(begin) : begin.steps, interval::never};
}

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
