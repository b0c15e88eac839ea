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

// Steps have even times; what lies between the step with the number `index` of its thread and the next one, odd ones.
std::uint64_t time_of_step(unsigned thread, std::uint64_t index) noexcept {
  if (index == 0) return 0;
  for (std::uint32_t at = 0; at < active->position(); ++at) {
    const event& made = active->made(at);
    if (made.thread == thread && made.index == index) return 2 * std::uint64_t{at} + 2;
  }
  return 2 * std::uint64_t{active->position()} + 2;  // it was not made
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

interval time_between(const moment& begin, const moment& end) noexcept {
  if (!is_in_execution()) return {begin.steps, end.steps};
  if (begin.steps == end.steps) {
    const std::uint64_t between = time_of_step(begin.thread, begin.steps) + 1;
    return {between, between};
  }
  return {time_of_step(begin.thread, begin.steps + 1), time_of_step(end.thread, end.steps)};
}

interval time_since(const moment& begin) noexcept {
  return {is_in_execution() ? time_of_step(begin.thread, begin.steps + 1) : begin.steps, interval::never};
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
