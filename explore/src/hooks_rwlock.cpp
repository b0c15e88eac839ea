/// Reader-writer locks.
#include <pthread.h>

#include <cerrno>

#include "lock_model.hpp"

namespace explore {
namespace {

using enum access_mode;

void share(engine& in, std::uint32_t lock) noexcept {
  in.at(lock).sharers |= 1U << in.current();
  in.at(lock).shares[in.current()] = 1;
  in.at(lock).is_lock = true;
}

int lock_shared(pthread_rwlock_t* memory, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t lock = in.object_at(number(memory));
  if (in.at(lock).owner == in.current()) return EDEADLK;
  if ((in.at(lock).sharers & 1U << in.current()) != 0) return ++in.at(lock).shares[in.current()], 0;
  operation next = step_of(op::read_lock, memory, pc);
  next.touches(lock, acquire);
  in.announce(next, gate::no_writer, lock);
  in.touch_memory(number(memory), touched_bytes, touch::atomic_write, op::read_lock);
  in.make(next);
  share(in, lock);
  in.acquire_from(in.at(lock).sync);
  in.acts();
  return 0;
}

int lock_exclusive(pthread_rwlock_t* memory, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t lock = in.object_at(number(memory));
  if (in.at(lock).owner == in.current()) return EDEADLK;
  operation next = step_of(op::write_lock, memory, pc);
  next.touches(lock, acquire);
  in.announce(next, gate::no_sharer, lock);
  in.touch_memory(number(memory), touched_bytes, touch::atomic_write, op::write_lock);
  in.make(next);
  own(in, lock);
  return 0;
}

int try_lock_rw(pthread_rwlock_t* memory, bool exclusive, const timespec* when, clockid_t clock,
                std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t lock = in.object_at(number(memory));
  const auto is_free = [&] {
    const object& asked = in.at(lock);
    return asked.owner == nobody && (!exclusive || asked.sharers == 0);
  };
  op what = exclusive ? op::try_write_lock : op::try_read_lock;
  if (when != nullptr) {
    if (!is_time(*when)) return EINVAL;
    what = exclusive ? op::timed_write_lock : op::timed_read_lock;
    operation next = step_of(what, memory, pc);
    next.touches(lock, write).touches(engine::clock_object, add);
    in.announce_until(next, exclusive ? gate::no_sharer : gate::no_writer, lock, limit_of(*when, clock));
  } else {
    operation next = step_of(what, memory, pc);
    next.touches(lock, write);
    if (is_free()) {
      in.announce(next);
    } else if (!in.announce_read(next, lock)) {
      return EBUSY;
    }
  }
  in.touch_memory(number(memory), touched_bytes, touch::atomic_write, what);
  operation done = in.self().pending;
  if (!is_free()) {
    done.on[0].mode = read;
    in.make(done)->how = when != nullptr ? outcome::timed_out : outcome::failed;
    if (when == nullptr) return in.saw(pc, lock), EBUSY;
    in.pass_time(limit_of(*when, clock));
    return ETIMEDOUT;
  }
  in.make(done);
  if (exclusive) return own(in, lock), 0;
  share(in, lock);
  in.acquire_from(in.at(lock).sync);
  in.acts();
  return 0;
}

int unlock_rw(pthread_rwlock_t* memory, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t lock = in.object_at(number(memory));
  const std::uint32_t self = 1U << in.current();
  in.self().pending.pc = pc;
  if (in.at(lock).owner != in.current() && (in.at(lock).sharers & self) == 0) {
    in.fail(verdict::bad_use, "a reader-writer lock is unlocked by a thread that does not hold it");
  }
  operation next = step_of(op::rw_unlock, memory, pc);
  next.touches(lock, write);
  in.announce(next);
  in.touch_memory(number(memory), touched_bytes, touch::atomic_write, op::rw_unlock);
  in.make(next);
  object& freed = in.at(lock);
  if (freed.owner == in.current()) {
    freed.owner = nobody;
    in.release_to(freed.sync);
  } else {
    if (--freed.shares[in.current()] != 0) return 0;
    freed.sharers &= ~self;
    in.release_to(freed.shared_sync);
  }
  in.changed(lock);
  return 0;
}

EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*, const pthread_rwlockattr_t*)> real_rwlock_init{
    "pthread_rwlock_init"};
EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*)> real_rdlock{"pthread_rwlock_rdlock"};
EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*)> real_wrlock{"pthread_rwlock_wrlock"};
EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*)> real_tryrdlock{"pthread_rwlock_tryrdlock"};
EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*)> real_trywrlock{"pthread_rwlock_trywrlock"};
EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*)> real_rwunlock{"pthread_rwlock_unlock"};
EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*)> real_rwlock_destroy{"pthread_rwlock_destroy"};
EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*, const timespec*)> real_timedrdlock{
    "pthread_rwlock_timedrdlock"};
EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*, const timespec*)> real_timedwrlock{
    "pthread_rwlock_timedwrlock"};
EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*, clockid_t, const timespec*)> real_clockrdlock{
    "pthread_rwlock_clockrdlock"};
EXPLORE_OWN constinit next_definition<int(pthread_rwlock_t*, clockid_t, const timespec*)> real_clockwrlock{
    "pthread_rwlock_clockwrlock"};

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

int pthread_rwlock_init(pthread_rwlock_t* l, const pthread_rwlockattr_t* attributes) {
  if (is_explored()) begin_anew(l, EXPLORE_CALLED_AT);
  return real_rwlock_init.get()(l, attributes);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* l) {
  return is_explored() ? lock_shared(l, EXPLORE_CALLED_AT) : real_rdlock.get()(l);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* l) {
  return is_explored() ? lock_exclusive(l, EXPLORE_CALLED_AT) : real_wrlock.get()(l);
}
int pthread_rwlock_tryrdlock(pthread_rwlock_t* l) {
  if (!is_explored()) return real_tryrdlock.get()(l);
  return try_lock_rw(l, false, nullptr, CLOCK_REALTIME, EXPLORE_CALLED_AT);
}
int pthread_rwlock_trywrlock(pthread_rwlock_t* l) {
  if (!is_explored()) return real_trywrlock.get()(l);
  return try_lock_rw(l, true, nullptr, CLOCK_REALTIME, EXPLORE_CALLED_AT);
}
int pthread_rwlock_timedrdlock(pthread_rwlock_t* l, const timespec* when) {
  if (!is_explored()) return real_timedrdlock.get()(l, when);
  return try_lock_rw(l, false, when, CLOCK_REALTIME, EXPLORE_CALLED_AT);
}
int pthread_rwlock_timedwrlock(pthread_rwlock_t* l, const timespec* when) {
  if (!is_explored()) return real_timedwrlock.get()(l, when);
  return try_lock_rw(l, true, when, CLOCK_REALTIME, EXPLORE_CALLED_AT);
}
int pthread_rwlock_clockrdlock(pthread_rwlock_t* l, clockid_t clock, const timespec* when) {
  if (!is_explored()) return real_clockrdlock.get()(l, clock, when);
  return try_lock_rw(l, false, when, clock, EXPLORE_CALLED_AT);
}
int pthread_rwlock_clockwrlock(pthread_rwlock_t* l, clockid_t clock, const timespec* when) {
  if (!is_explored()) return real_clockwrlock.get()(l, clock, when);
  return try_lock_rw(l, true, when, clock, EXPLORE_CALLED_AT);
}
int pthread_rwlock_unlock(pthread_rwlock_t* l) {
  return is_explored() ? unlock_rw(l, EXPLORE_CALLED_AT) : real_rwunlock.get()(l);
}
int pthread_rwlock_destroy(pthread_rwlock_t* l) {
  if (!is_explored()) return real_rwlock_destroy.get()(l);
  renew(l, "a reader-writer lock", EXPLORE_CALLED_AT);
  return 0;
}

}  // extern "C"
