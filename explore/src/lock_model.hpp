/// What mutexes and reader-writer locks have in common in the model.
#pragma once

#include "hooks.hpp"

namespace explore {

inline constexpr std::size_t touched_bytes = 8;  // of a lock: enough to meet whoever frees or destroys it

/// After the step that acquires it: the running thread is the only owner.
inline void own(engine& in, std::uint32_t lock) noexcept {
  object& taken = in.at(lock);
  taken.owner = static_cast<std::uint8_t>(in.current());
  taken.depth = 1;
  taken.is_lock = true;
  in.acquire_from(taken.sync);
  in.acquire_from(taken.shared_sync);
  in.acts();
}

/// The end of a lock, or its beginning at a place where there was another.
inline void renew(const void* lock_memory, const char* what, std::uintptr_t pc) noexcept {
  engine& in = *active;
  in.self().pending.pc = pc;
  const std::uint32_t lock = in.object_at(number(lock_memory));
  object& renewed = in.at(lock);
  if (renewed.owner != nobody || renewed.sharers != 0)
    in.fail(verdict::bad_use, "%s is destroyed while it is held", what);
  in.touch_memory(number(lock_memory), touched_bytes, touch::write, op::plain_write);
}

/// A lock that is initialised where another one was left, however that was.
inline void begin_anew(const void* lock_memory, std::uintptr_t pc) noexcept {
  engine& in = *active;
  in.self().pending.pc = pc;
  object& made = in.at(in.object_at(number(lock_memory)));
  made.owner = nobody;
  made.sharers = made.depth = 0;
  in.touch_memory(number(lock_memory), touched_bytes, touch::write, op::plain_write);
}

}  // namespace explore
