#include "quiesce/wait.hpp"

#include "wait/given_handles.hpp"
#include "wait/thread_wait.hpp"

namespace quiesce::inline v0 {
namespace {

wait_result look(handles objects, const std::source_location& where) {
  for (std::size_t i = 0; i < objects.size(); ++i) {
    waitable& object = *objects[i].object();
    const waitable::glance glance = object.try_take_at_a_glance();
    if (glance == waitable::glance::taken) return {.status = wait_status::signalled, .index = i};
    if (glance == waitable::glance::nothing) continue;
    switch (object.try_take()) {
      case take_outcome::nothing: break;
      case take_outcome::taken: return {.status = wait_status::signalled, .index = i};
      case take_outcome::abandoned: return {.status = wait_status::abandoned, .index = i};
      case take_outcome::too_often: refuse_too_often(object, where);
    }
  }
  return {.status = wait_status::timed_out};
}

wait_result look_or_block(handles objects, deadline until, const std::stop_token& token,
                          const std::source_location& where) {
  check_given(objects, where);
  if (const wait_result found = look(objects, where)) return found;
  const bool stopped = token.stop_requested();
  if (!stopped && !until.has_passed()) {
    return with_places(objects.size(), [&](std::span<waiter> places) {
      return thread_wait(objects, places, where).block_until(until, token);
    });
  }
  // Once more: a signal that came before the stop, or before the limit, wins, though it came after the first look.
  const wait_result found = look(objects, where);
  if (found || !stopped) return found;
  return {.status = wait_status::stopped};
}

}  // namespace

wait_result wait_unless_there(handle_ref object, const std::stop_token& token, const std::source_location& where) {
  return look_or_block(one(object), never, token, where);
}
wait_result look_closely(handle_ref object, const std::source_location& where) {
  check_given(one(object), where);
  return look(one(object), where);
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
  check_given(objects, where);
  return look(objects, where);
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
