/// Atomic operations on 16 bytes.
#include "hooks.hpp"

namespace explore {
namespace {

using word128 = unsigned __int128;

bool exchange_if(volatile word128* p, word128* expected, word128 value) noexcept {
  auto low = static_cast<std::uint64_t>(*expected);
  auto high = static_cast<std::uint64_t>(*expected >> 64);
  bool done = false;
  asm volatile("lock cmpxchg16b %0"
               : "+m"(*p), "+a"(low), "+d"(high), "=@ccz"(done)
               : "b"(static_cast<std::uint64_t>(value)), "c"(static_cast<std::uint64_t>(value >> 64))
               : "memory");
  *expected = static_cast<word128>(high) << 64 | low;
  return done;
}

// One step that reads and, if `compute` wants it, writes; every operation here is one. As the processor does it.
template <class Compute>
word128 change(op what, volatile word128* p, int order, std::uintptr_t pc, Compute compute) noexcept {
  word128 before = 0;
  if (!is_explored()) {
    while (!exchange_if(p, &before, compute(before))) {
    }
    return before;
  }
  engine& in = *active;
  const std::uint32_t object = in.object_at(number(p));
  operation next = step_of(what, p, pc);
  next.size = sizeof(word128);
  next.order = static_cast<std::uint8_t>(order);
  next.touches(object, access_mode::write);
  before = *p;
  if (compute(before) != before) {
    in.announce(next);
  } else if (!in.announce_read(next, object)) {
    return before;
  }
  in.touch_memory(number(p), sizeof(word128), touch::atomic_write, what);
  traced_event* const event = in.make(next);
  before = *p;
  const word128 after = compute(before);
  *p = after;
  event->before = static_cast<std::uint64_t>(before);
  event->after = static_cast<std::uint64_t>(after);
  if (before != after) {
    in.changed(object);
    in.wrote(object, static_cast<std::uint64_t>(after ^ after >> 64));
  } else {
    in.saw(pc, object);
  }
  in.acquire_from(in.at(object).sync);
  in.release_to(in.at(object).sync);
  return before;
}

bool compare_exchange(volatile word128* p, word128* expected, word128 value, int order, std::uintptr_t pc) noexcept {
  const word128 wanted = *expected;
  const word128 found =
      change(op::compare_exchange, p, order, pc, [&](word128 old) { return old == wanted ? value : old; });
  *expected = found;
  return found == wanted;
}

}  // namespace
}  // namespace explore

using explore::op;
using explore::word128;

extern "C" {

word128 __tsan_atomic128_load(const volatile word128* p, int order) {
  return explore::change(op::load, const_cast<volatile word128*>(p), order, EXPLORE_CALLED_AT,
                         [](word128 old) { return old; });
}
void __tsan_atomic128_store(volatile word128* p, word128 value, int order) {
  explore::change(op::store, p, order, EXPLORE_CALLED_AT, [value](word128) { return value; });
}
word128 __tsan_atomic128_exchange(volatile word128* p, word128 value, int order) {
  return explore::change(op::exchange, p, order, EXPLORE_CALLED_AT, [value](word128) { return value; });
}
int __tsan_atomic128_compare_exchange_strong(volatile word128* p, word128* expected, word128 value, int success, int) {
  return explore::compare_exchange(p, expected, value, success, EXPLORE_CALLED_AT);
}
int __tsan_atomic128_compare_exchange_weak(volatile word128* p, word128* expected, word128 value, int success, int) {
  return explore::compare_exchange(p, expected, value, success, EXPLORE_CALLED_AT);
}
word128 __tsan_atomic128_compare_exchange_val(volatile word128* p, word128 expected, word128 value, int success, int) {
  explore::compare_exchange(p, &expected, value, success, EXPLORE_CALLED_AT);
  return expected;
}

}  // extern "C"
