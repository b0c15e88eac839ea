/// What the compiler calls under -fsanitize=thread: plain accesses, atomic operations, the entry and exit of functions.
#include <atomic>
#include <cstdint>

#include "hooks.hpp"

namespace explore {
namespace {

using enum access_mode;

inline void plain(const volatile void* p, std::size_t size, bool writes, std::uintptr_t pc) noexcept {
  if (!is_explored()) return;
  engine& in = *active;
  in.self().pending.pc = pc;
  in.touch_memory(number(p), size, writes ? touch::write : touch::read, writes ? op::plain_write : op::plain_read);
}

constexpr bool acquires(int order) noexcept { return order != __ATOMIC_RELAXED && order != __ATOMIC_RELEASE; }
constexpr bool releases(int order) noexcept { return order >= __ATOMIC_RELEASE; }

// What the thread comes to know by reading what was released so.
void learn(engine& in, const vector_clock& released, int order) noexcept {
  if (acquires(order)) {
    in.acquire_from(released);
  } else {
    in.self().to_acquire.join(released);
  }
}

bool is_ordered(const engine& in, int order) noexcept { return in.has_weak_memory() && order == __ATOMIC_SEQ_CST; }

// What the object tells those who read it from now on.
void publish(engine& in, object& to, int order, bool continues) noexcept {
  if (!continues) to.sync.clear();  // a plain store begins anew; what is read, changed and written goes on
  if (releases(order)) {
    in.release_to(to.sync);
  } else {
    to.sync.join(in.self().released);
  }
}

operation of(op what, const volatile void* p, std::size_t size, int order, std::uintptr_t pc) noexcept {
  operation made;
  made.what = what;
  made.size = static_cast<std::uint8_t>(size);
  made.order = static_cast<std::uint8_t>(order);
  made.address = number(p);
  made.pc = pc;
  return made;
}

template <class T>
T load(const volatile T* p, int order, std::uintptr_t pc) noexcept {
  if (!is_explored()) return __atomic_load_n(p, __ATOMIC_SEQ_CST);
  engine& in = *active;
  const std::uint32_t object = in.object_at(number(p));
  operation next = of(op::load, p, sizeof(T), order, pc);
  next.touches(object, read);
  if (is_ordered(in, order)) in.join_order(next, true);
  if (!in.announce_read(next, object)) return *p;
  in.touch_memory(number(p), sizeof(T), touch::atomic_read, op::load);
  const auto newest = static_cast<std::uint64_t>(*p);
  const engine::reading found = in.read(next, newest);
  traced_event* const event = in.make(next);
  in.saw(pc, object);
  learn(in, found.release, order);
  event->before = found.value;
  event->is_stale = next.stale != 0;
  if (event->is_stale) event->after = newest;
  return static_cast<T>(found.value);
}

template <class T>
void store(volatile T* p, T value, int order, std::uintptr_t pc) noexcept {
  if (!is_explored()) return __atomic_store_n(p, value, __ATOMIC_SEQ_CST);
  engine& in = *active;
  const std::uint32_t object = in.object_at(number(p));
  operation next = of(op::store, p, sizeof(T), order, pc);
  next.touches(object, write);
  if (is_ordered(in, order)) in.join_order(next, false);
  in.announce(next);
  in.touch_memory(number(p), sizeof(T), touch::atomic_write, op::store);
  traced_event* const event = in.make(next);
  event->after = static_cast<std::uint64_t>(value);
  in.write(next, static_cast<std::uint64_t>(*p), static_cast<std::uint64_t>(value));
  *p = value;
  in.changed(object);
  in.wrote(object, static_cast<std::uint64_t>(value));
  publish(in, in.at(object), order, false);
}

template <class T, class Change>
T change(op what, volatile T* p, int order, std::uintptr_t pc, Change compute) noexcept {
  engine& in = *active;
  const std::uint32_t object = in.object_at(number(p));
  // An exchange that finds what it writes, as a lock that is tried again and again does.
  operation next = of(what, p, sizeof(T), order, pc);
  next.touches(object, write);
  if (is_ordered(in, order)) in.join_order(next, false);
  if (compute(*p) != *p) {
    in.announce(next);
  } else if (!in.announce_read(next, object)) {
    return *p;
  }
  in.touch_memory(number(p), sizeof(T), touch::atomic_write, what);
  traced_event* const event = in.make(next);
  const T before = *p;
  const T after = static_cast<T>(compute(before));
  in.write(next, static_cast<std::uint64_t>(before), static_cast<std::uint64_t>(after));
  *p = after;
  event->before = static_cast<std::uint64_t>(before);
  event->after = static_cast<std::uint64_t>(after);
  if (before != after) {
    in.changed(object);
    in.wrote(object, static_cast<std::uint64_t>(after));
  } else {
    in.saw(pc, object);
  }
  learn(in, in.at(object).sync, order);
  publish(in, in.at(object), order, true);
  return before;
}

template <class T>
bool compare_exchange(volatile T* p, T* expected, T value, int success, int failure, std::uintptr_t pc) noexcept {
  if (!is_explored()) {
    return __atomic_compare_exchange_n(p, expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  }
  engine& in = *active;
  const std::uint32_t object = in.object_at(number(p));
  operation next = of(op::compare_exchange, p, sizeof(T), success, pc);
  next.touches(object, write);
  if (is_ordered(in, success) || is_ordered(in, failure)) in.join_order(next, true);
  if (*p == *expected) {
    in.announce(next);
  } else if (!in.announce_read(next, object)) {
    *expected = *p;
    return false;
  }
  const T before = *p;
  const bool succeeds = before == *expected;
  if (!succeeds) {  // then it is no more than a load
    next.on[0].mode = read;
    next.order = static_cast<std::uint8_t>(failure);
  }
  in.read_newest(next, static_cast<std::uint64_t>(before));
  in.touch_memory(number(p), sizeof(T), succeeds ? touch::atomic_write : touch::atomic_read, op::compare_exchange);
  traced_event* const event = in.make(next);
  event->before = static_cast<std::uint64_t>(before);
  if (succeeds) {
    event->after = static_cast<std::uint64_t>(value);
    in.write(next, static_cast<std::uint64_t>(before), static_cast<std::uint64_t>(value));
    *p = value;
    in.changed(object);
    in.wrote(object, static_cast<std::uint64_t>(value));
    learn(in, in.at(object).sync, success);
    publish(in, in.at(object), success, true);
    return true;
  }
  event->how = outcome::failed;
  event->after = static_cast<std::uint64_t>(*expected);
  in.saw(pc, object);
  learn(in, in.at(object).sync, failure);
  *expected = before;
  return false;
}

void fence(int order, std::uintptr_t pc) noexcept {
  if (!is_explored()) return __atomic_thread_fence(__ATOMIC_SEQ_CST);
  engine& in = *active;
  if (acquires(order)) in.acquire_from(in.self().to_acquire);
  if (is_ordered(in, order)) in.order_fence(pc);
  if (releases(order)) {
    in.self().released.clear();
    in.release_to(in.self().released);
  }
}

}  // namespace
}  // namespace explore

extern "C" {

void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}

#define EXPLORE_PLAIN(SIZE)                                                                                 \
  void __tsan_read##SIZE(void* p) { explore::plain(p, SIZE, false, EXPLORE_CALLED_AT); }                    \
  void __tsan_write##SIZE(void* p) { explore::plain(p, SIZE, true, EXPLORE_CALLED_AT); }                    \
  void __tsan_unaligned_read##SIZE(void* p) { explore::plain(p, SIZE, false, EXPLORE_CALLED_AT); }          \
  void __tsan_unaligned_write##SIZE(void* p) { explore::plain(p, SIZE, true, EXPLORE_CALLED_AT); }          \
  void __tsan_volatile_read##SIZE(void* p) { explore::plain(p, SIZE, false, EXPLORE_CALLED_AT); }           \
  void __tsan_volatile_write##SIZE(void* p) { explore::plain(p, SIZE, true, EXPLORE_CALLED_AT); }           \
  void __tsan_unaligned_volatile_read##SIZE(void* p) { explore::plain(p, SIZE, false, EXPLORE_CALLED_AT); } \
  void __tsan_unaligned_volatile_write##SIZE(void* p) { explore::plain(p, SIZE, true, EXPLORE_CALLED_AT); }
EXPLORE_PLAIN(1)
EXPLORE_PLAIN(2)
EXPLORE_PLAIN(4)
EXPLORE_PLAIN(8)
EXPLORE_PLAIN(16)
#undef EXPLORE_PLAIN

void __tsan_read_range(void* p, std::size_t size) { explore::plain(p, size, false, EXPLORE_CALLED_AT); }
void __tsan_write_range(void* p, std::size_t size) { explore::plain(p, size, true, EXPLORE_CALLED_AT); }
void __tsan_vptr_read(void** p) { explore::plain(p, sizeof *p, false, EXPLORE_CALLED_AT); }
void __tsan_vptr_update(void** p, void* value) {
  if (*p != value) explore::plain(p, sizeof *p, true, EXPLORE_CALLED_AT);
}

#define EXPLORE_CHANGE(BITS, T, NAME, OP, PLAIN, EXPRESSION)                                                        \
  T __tsan_atomic##BITS##_##NAME(volatile T* p, T value, int order) {                                               \
    if (!explore::is_explored()) return PLAIN(p, value, __ATOMIC_SEQ_CST);                                          \
    return explore::change(OP, p, order, EXPLORE_CALLED_AT, [value](T old) { return static_cast<T>(EXPRESSION); }); \
  }

#define EXPLORE_ATOMIC(BITS, T)                                                                                       \
  T __tsan_atomic##BITS##_load(const volatile T* p, int order) { return explore::load(p, order, EXPLORE_CALLED_AT); } \
  void __tsan_atomic##BITS##_store(volatile T* p, T value, int order) {                                               \
    explore::store(p, value, order, EXPLORE_CALLED_AT);                                                               \
  }                                                                                                                   \
  EXPLORE_CHANGE(BITS, T, exchange, explore::op::exchange, __atomic_exchange_n, (static_cast<void>(old), value))      \
  EXPLORE_CHANGE(BITS, T, fetch_add, explore::op::fetch_add, __atomic_fetch_add, old + value)                         \
  EXPLORE_CHANGE(BITS, T, fetch_sub, explore::op::fetch_sub, __atomic_fetch_sub, old - value)                         \
  EXPLORE_CHANGE(BITS, T, fetch_and, explore::op::fetch_and, __atomic_fetch_and, old& value)                          \
  EXPLORE_CHANGE(BITS, T, fetch_or, explore::op::fetch_or, __atomic_fetch_or, old | value)                            \
  EXPLORE_CHANGE(BITS, T, fetch_xor, explore::op::fetch_xor, __atomic_fetch_xor, old ^ value)                         \
  EXPLORE_CHANGE(BITS, T, fetch_nand, explore::op::fetch_nand, __atomic_fetch_nand, ~(old & value))                   \
  int __tsan_atomic##BITS##_compare_exchange_strong(volatile T* p, T* expected, T value, int success, int failure) {  \
    return explore::compare_exchange(p, expected, value, success, failure, EXPLORE_CALLED_AT);                        \
  }                                                                                                                   \
  int __tsan_atomic##BITS##_compare_exchange_weak(volatile T* p, T* expected, T value, int success, int failure) {    \
    return explore::compare_exchange(p, expected, value, success, failure, EXPLORE_CALLED_AT);                        \
  }                                                                                                                   \
  T __tsan_atomic##BITS##_compare_exchange_val(volatile T* p, T expected, T value, int success, int failure) {        \
    explore::compare_exchange(p, &expected, value, success, failure, EXPLORE_CALLED_AT);                              \
    return expected;                                                                                                  \
  }

EXPLORE_ATOMIC(8, std::uint8_t)
EXPLORE_ATOMIC(16, std::uint16_t)
EXPLORE_ATOMIC(32, std::uint32_t)
EXPLORE_ATOMIC(64, std::uint64_t)
#undef EXPLORE_ATOMIC
#undef EXPLORE_CHANGE

void __tsan_atomic_thread_fence(int order) { explore::fence(order, EXPLORE_CALLED_AT); }
void __tsan_atomic_signal_fence(int) {}

}  // extern "C"
