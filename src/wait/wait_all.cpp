#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "base/contract.hpp"
#include "quiesce/wait.hpp"
#include "wait/all_wait.hpp"
#include "wait/given_handles.hpp"
#include "wait/taking_together.hpp"

namespace quiesce::inline v0 {
namespace {

// The first object that stands twice in the list; null if none does.
waitable* find_duplicate(std::span<waitable*> objects) noexcept {
  std::sort(objects.begin(), objects.end(), std::less<>());
  const auto found = std::adjacent_find(objects.begin(), objects.end());
  return found == objects.end() ? nullptr : *found;
}

waitable* find_duplicate(handles objects) {
  constexpr std::size_t on_stack = 64;
  const auto object_of = [](handle_ref handle) { return handle.object(); };
  if (objects.size() <= on_stack) {
    std::array<waitable*, on_stack> sorted;
    std::transform(objects.begin(), objects.end(), sorted.begin(), object_of);
    return find_duplicate(std::span(sorted).first(objects.size()));
  }
  std::vector<waitable*> sorted(objects.size());
  std::transform(objects.begin(), objects.end(), sorted.begin(), object_of);
  return find_duplicate(sorted);
}

void check_each_once(handles objects, const std::source_location& where) {
  waitable* const twice = find_duplicate(objects);
  if (twice != nullptr) base::misuse("an object was given twice to a wait for all", twice->name(), where);
  for (const handle_ref object : objects) {
    if (object.object()->is_taken_too_often()) refuse_too_often(*object.object(), where);
  }
}

wait_result look_all(handles objects, const std::source_location& where) {
  return with_places(objects.size(),
                     [&](std::span<waiter> places) { return all_wait(objects, places, where).try_once(); });
}

// The first look. What is given twice is never taken together, so that need not be looked for before.
waitable::glance look_at_a_glance(handles objects, const std::source_location& where) {
  check_given(objects, where);
  const waitable::glance found = try_take_together(objects);
  if (found != waitable::glance::taken) check_each_once(objects, where);
  return found;
}

wait_result look_or_block_all(handles objects, deadline until, const std::stop_token& token,
                              const std::source_location& where) {
  if (look_at_a_glance(objects, where) == waitable::glance::taken) return {.status = wait_status::signalled};
  const bool stopped = token.stop_requested();
  if (!stopped && !until.has_passed()) {
    return with_places(objects.size(), [&](std::span<waiter> places) {
      return all_wait(objects, places, where).block_until(until, token);
    });
  }
  const wait_result found = look_all(objects, where);
  if (found || !stopped) return found;
  return {.status = wait_status::stopped};
}

}  // namespace

wait_result wait_all(handles objects, std::stop_token token, std::source_location where) {
  return look_or_block_all(objects, never, token, where);
}
wait_result wait_all(handle_list objects, std::stop_token token, std::source_location where) {
  return look_or_block_all(many(objects), never, token, where);
}
wait_result try_wait_all(handles objects, std::source_location where) {
  switch (look_at_a_glance(objects, where)) {
    case waitable::glance::taken: return {.status = wait_status::signalled};
    case waitable::glance::nothing: return {.status = wait_status::timed_out};
    case waitable::glance::unsure: break;
  }
  return look_all(objects, where);
}
wait_result try_wait_all(handle_list objects, std::source_location where) { return try_wait_all(many(objects), where); }
wait_result wait_all_for(handles objects, time_limit limit, std::stop_token token, std::source_location where) {
  return look_or_block_all(objects, limit, token, where);
}
wait_result wait_all_for(handle_list objects, time_limit limit, std::stop_token token, std::source_location where) {
  return look_or_block_all(many(objects), limit, token, where);
}
wait_result wait_all_until(handles objects, deadline until, std::stop_token token, std::source_location where) {
  return look_or_block_all(objects, until, token, where);
}
wait_result wait_all_until(handle_list objects, deadline until, std::stop_token token, std::source_location where) {
  return look_or_block_all(many(objects), until, token, where);
}

}  // namespace quiesce::inline v0
