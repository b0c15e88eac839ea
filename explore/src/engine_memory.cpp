/// Accesses to memory, and what is wrong with them.
#include "engine.hpp"

namespace explore {

// The access that the running thread makes now.
void engine::note_access(traced_access& to, std::uintptr_t address, std::size_t size, op what) noexcept {
  to = {.what = what,
        .thread = static_cast<std::uint8_t>(current_),
        .size = static_cast<std::uint8_t>(size > 255 ? 255 : size),
        .address = address,
        .stack = {}};
  note_stack(to.stack, self().pending.pc);
}

inline touched engine::next_touch(touch how, std::uintptr_t address, std::size_t size, op what) noexcept {
  logical_thread& t = self();
  ++t.accesses;
  if (recording_ && current_ == watched_thread_ && t.accesses == watched_access_) {
    note_access(answer_.trace.access[1], address, size, what);
  }
  return {t.accesses, t.happened.of[current_], current_, how};
}

void engine::touch_memory(std::uintptr_t address, std::size_t size, touch how, op what) noexcept {
  const touched by = next_touch(how, address, size, what);
  if (const touched* const earlier = shadow_.enter(address, size, by, self().happened))
    race(*earlier, address, size, what);
}

void engine::release(std::uintptr_t address, std::size_t size) noexcept {
  release_memory(address, size);
  expect_idle(address, size, "memory is freed");
}

void engine::release_memory(std::uintptr_t address, std::size_t size) noexcept {
  const touched by = next_touch(touch::release, address, 0, op::heap_free);
  if (const touched* const earlier = shadow_.enter_release(address, size, by, self().happened)) {
    race(*earlier, address, size, op::heap_free);
  }
}

void engine::expect_idle(std::uintptr_t address, std::size_t size, const char* what_happens) noexcept {
  for (std::uint32_t i = 1; i < object_count_; ++i) {
    const object& inside = objects_[i];
    if (inside.key - address >= size) continue;
    if (const unsigned waiter = waiter_at(i); waiter != nobody) {
      fail(verdict::bad_use, "%s while thread %u waits on a synchronization object in it", what_happens, waiter);
    }
    const unsigned holder = inside.owner != nobody ? inside.owner
                            : inside.sharers != 0  ? lowest(inside.sharers)
                                                   : nobody;
    if (holder != nobody) {
      fail(verdict::bad_use, "%s while thread %u holds a lock in it", what_happens, holder);
    }
  }
}

void engine::release_locks_of_stack() noexcept {
  const auto stack = reinterpret_cast<std::uintptr_t>(heap::stack(current_));
  constexpr std::size_t bytes = 1;  // of each: enough to meet whoever uses it
  for (std::uint32_t i = 1; i < object_count_; ++i) {
    if (objects_[i].is_lock && objects_[i].key - stack < stack_size) release_memory(objects_[i].key, bytes);
  }
}

unsigned engine::waiter_at(std::uint32_t object) const noexcept {
  if (objects_[object].first_waiter != nobody) return objects_[object].first_waiter;
  for (unsigned i = 0; i < threads_; ++i) {
    const logical_thread& t = thread_[i];
    const bool is_at_gate = t.waits_at == gate::lock_free || t.waits_at == gate::no_writer ||
                            t.waits_at == gate::no_sharer || t.waits_at == gate::counted;
    if (i != current_ && !t.ended && is_at_gate && t.gate_object == object && !is_open(t)) return i;
  }
  return nobody;
}

void engine::note_accesses(const touched& earlier, std::uintptr_t address, std::size_t size, op what) noexcept {
  answer_.watched_thread = static_cast<std::uint8_t>(earlier.thread());
  answer_.watched_access = earlier.access();
  answer_.trace.accesses = 2;
  note_access(answer_.trace.access[0], address, size, what);
}

// What was freed first is the last that was done to the block.
void engine::give_back_again(std::uintptr_t address, std::size_t size, std::uint32_t block) noexcept {
  const touched by = next_touch(touch::release, address, 0, op::heap_free);
  if (const touched* const earlier = shadow_.enter_release(address, size, by, self().happened)) {
    note_accesses(*earlier, address, size, op::heap_free);
  }
  fail(verdict::double_free, "heap block %u is freed a second time", block);
}

void engine::race(const touched& earlier, std::uintptr_t address, std::size_t size, op what) noexcept {
  note_accesses(earlier, address, size, what);
  if (earlier.how() == touch::release) {
    const bool ordered = self().happened.of[earlier.thread()] >= earlier.epoch() || earlier.thread() == current_;
    fail(verdict::use_after_free, ordered ? "memory is used after it was freed"
                                          : "memory is used by one thread and freed by another, in no order");
  }
  if (what == op::heap_free) {
    fail(verdict::use_after_free, "memory is freed by one thread and used by another, in no order");
  }
  fail(verdict::data_race, "two threads access the same memory, one of them writes, and nothing orders them");
}

}  // namespace explore
