#pragma once

#include <cstddef>
#include <memory>
#include <source_location>
#include <span>
#include <type_traits>

#include "quiesce/wait.hpp"
#include "wait/waiter.hpp"

namespace quiesce::inline v0 {

/// What every wait demands of its handles: at least one, none of them null. Errors: a bug of the caller.
void check_given(handles objects, const std::source_location& where);

inline handles one(const handle_ref& object) noexcept { return handles(&object, 1); }
inline handles many(handle_list objects) noexcept { return handles(objects.begin(), objects.size()); }

/// The caller owns the object already as often as can be counted: a bug of the caller.
[[noreturn]] void refuse_too_often(waitable& object, const std::source_location& where);

/// Calls `use` with room for the waiters of one wait: on the stack up to 64, beyond in one block of memory. Apart from the
/// paths that need no room, so that these do not pay for its stack frame.
template <class Use>
[[gnu::noinline]] auto with_places(std::size_t count, Use use) {
  constexpr std::size_t on_stack = 64;
  if (count <= on_stack) {
    // No more of them are made than there are handles: filling the rest would cost more than most waits.
    alignas(waiter) std::byte room[on_stack * sizeof(waiter)];
    auto* const places = reinterpret_cast<waiter*>(room);
    std::uninitialized_default_construct_n(places, count);
    static_assert(std::is_trivially_destructible_v<waiter>);
    return use(std::span(places, count));
  }
  const std::unique_ptr<waiter[]> places(new waiter[count]);
  return use(std::span(places.get(), count));
}

}  // namespace quiesce::inline v0
