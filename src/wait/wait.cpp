#include "quiesce/wait.hpp"

#include <array>
#include <memory>
#include <utility>

#include "base/contract.hpp"
#include "wait/claim_word.hpp"
#include "wait/thread_wait.hpp"

namespace quiesce::inline v0 {
namespace {

constexpr std::size_t places_on_stack = 64;

void check(handles objects, const std::source_location& where) {
  if (objects.empty()) base::misuse("a wait was given no handle", {}, where);
  if (objects.size() > claim_word::most_handles) base::misuse("a wait was given more than 2^29 handles", {}, where);
  for (const handle_ref object : objects) {
    if (object.object() == nullptr) base::misuse("a wait was given a null handle", {}, where);
  }
}

wait_result look(handles objects) noexcept {
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].object()->try_take()) return {.status = wait_status::signalled, .index = i};
  }
  return {.status = wait_status::timed_out};
}

// Apart from the paths that need no room for waiters, so that these do not pay for its stack frame.
[[gnu::noinline]] wait_result block(handles objects, deadline until, const std::stop_token& token) {
  if (objects.size() <= places_on_stack) {
    std::array<waiter, places_on_stack> places;
    return thread_wait(objects, std::span(places).first(objects.size())).block_until(until, token);
  }
  const std::unique_ptr<waiter[]> places(new waiter[objects.size()]);
  return thread_wait(objects, std::span(places.get(), objects.size())).block_until(until, token);
}

wait_result look_or_block(handles objects, deadline until, const std::stop_token& token,
                          const std::source_location& where) {
  check(objects, where);
  if (const wait_result found = look(objects)) return found;
  const bool stopped = token.stop_requested();
  if (!stopped && !until.has_passed()) return block(objects, until, token);
  // Once more: a signal that came before the stop, or before the limit, wins, though it came after the first look.
  const wait_result found = look(objects);
  if (found || !stopped) return found;
  return {.status = wait_status::stopped};
}

handles one(const handle_ref& object) noexcept { return handles(&object, 1); }
handles many(handle_list objects) noexcept { return handles(objects.begin(), objects.size()); }

}  // namespace

wait_result wait(handle_ref object, std::stop_token token, std::source_location where) {
  return look_or_block(one(object), never, token, where);
}
wait_result try_wait(handle_ref object, std::source_location where) {
  check(one(object), where);
  return look(one(object));
}
wait_result wait_for(handle_ref object, time_limit limit, std::stop_token token, std::source_location where) {
  return look_or_block(one(object), limit, token, where);
}
wait_result wait_until(handle_ref object, deadline until, std::stop_token token, std::source_location where) {
  return look_or_block(one(object), until, token, where);
}

wait_result wait_any(handles objects, std::stop_token token, std::source_location where) {
  return look_or_block(objects, never, token, where);
}
wait_result wait_any(handle_list objects, std::stop_token token, std::source_location where) {
  return look_or_block(many(objects), never, token, where);
}
wait_result try_wait_any(handles objects, std::source_location where) {
  check(objects, where);
  return look(objects);
}
wait_result try_wait_any(handle_list objects, std::source_location where) { return try_wait_any(many(objects), where); }
wait_result wait_any_for(handles objects, time_limit limit, std::stop_token token, std::source_location where) {
  return look_or_block(objects, limit, token, where);
}
wait_result wait_any_for(handle_list objects, time_limit limit, std::stop_token token, std::source_location where) {
  return look_or_block(many(objects), limit, token, where);
}
wait_result wait_any_until(handles objects, deadline until, std::stop_token token, std::source_location where) {
  return look_or_block(objects, until, token, where);
}
wait_result wait_any_until(handle_list objects, deadline until, std::stop_token token, std::source_location where) {
  return look_or_block(many(objects), until, token, where);
}

}  // namespace quiesce::inline v0
