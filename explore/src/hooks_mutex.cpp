/// Mutexes.
#include <pthread.h>

#include <cerrno>

#include "lock_model.hpp"

namespace explore {
namespace {

using enum access_mode;

// The low bits of the kind that glibc keeps in a mutex.
enum class mutex_type : unsigned { normal = 0, recursive = 1, error_checking = 2, adaptive = 3 };

mutex_type type_of(const pthread_mutex_t* mutex, std::uintptr_t pc) noexcept {
  const auto kind = static_cast<unsigned>(mutex->__data.__kind);
  if ((kind & 16U) != 0) refuse("a robust mutex", pc);
  return static_cast<mutex_type>(kind & 3U);
}

int lock_mutex(pthread_mutex_t* mutex, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t lock = in.object_at(number(mutex));
  const mutex_type type = type_of(mutex, pc);
  if (in.at(lock).owner == in.current()) {
    if (type == mutex_type::recursive) return ++in.at(lock).depth, 0;
    if (type == mutex_type::error_checking) return EDEADLK;
  }
  operation next = step_of(op::lock, mutex, pc);
  next.touches(lock, acquire);
  in.announce(next, gate::lock_free, lock);
  in.touch_memory(number(mutex), touched_bytes, touch::atomic_write, op::lock);
  in.make(next);
  own(in, lock);
  return 0;
}

int try_mutex(pthread_mutex_t* mutex, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t lock = in.object_at(number(mutex));
  if (in.at(lock).owner == in.current()) {
    if (type_of(mutex, pc) != mutex_type::recursive) return EBUSY;
    return ++in.at(lock).depth, 0;
  }
  operation next = step_of(op::try_lock, mutex, pc);
  next.touches(lock, write);
  if (in.at(lock).owner == nobody) {
    in.announce(next);
  } else if (!in.announce_read(next, lock)) {
    return EBUSY;
  }
  in.touch_memory(number(mutex), touched_bytes, touch::atomic_write, op::try_lock);
  if (in.at(lock).owner != nobody) {
    next.on[0].mode = read;
    in.make(next)->how = outcome::failed;
    in.saw(pc, lock);
    return EBUSY;
  }
  in.make(next);
  own(in, lock);
  return 0;
}

int lock_mutex_until(pthread_mutex_t* mutex, clockid_t clock, const timespec* when, std::uintptr_t pc) noexcept {
  if (!is_time(*when)) return EINVAL;
  engine& in = *active;
  const std::uint32_t lock = in.object_at(number(mutex));
  const mutex_type type = type_of(mutex, pc);
  if (in.at(lock).owner == in.current()) {
    if (type == mutex_type::recursive) return ++in.at(lock).depth, 0;
    if (type == mutex_type::error_checking) return EDEADLK;
  }
  const std::uint64_t limit = limit_of(*when, clock);
  operation next = step_of(op::timed_lock, mutex, pc);
  next.touches(lock, write).touches(engine::clock_object, add);
  in.announce_until(next, gate::lock_free, lock, limit);
  in.touch_memory(number(mutex), touched_bytes, touch::atomic_write, op::timed_lock);
  if (in.at(lock).owner != nobody) {
    next.on[0].mode = read;
    in.make(next)->how = outcome::timed_out;
    in.pass_time(limit);
    return ETIMEDOUT;
  }
  in.make(next);
  own(in, lock);
  return 0;
}

int unlock_mutex(pthread_mutex_t* mutex, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t lock = in.object_at(number(mutex));
  in.self().pending.pc = pc;
  if (in.at(lock).owner != in.current()) {
    const mutex_type type = type_of(mutex, pc);
    if (type == mutex_type::recursive || type == mutex_type::error_checking) return EPERM;
    in.fail(verdict::bad_use, "a mutex is unlocked by a thread that does not hold it");
  }
  if (in.at(lock).depth > 1) return --in.at(lock).depth, 0;
  operation next = step_of(op::unlock, mutex, pc);
  next.touches(lock, write);
  in.announce(next);
  in.touch_memory(number(mutex), touched_bytes, touch::atomic_write, op::unlock);
  in.make(next);
  in.at(lock).owner = nobody;
  in.release_to(in.at(lock).sync);
  in.changed(lock);
  return 0;
}

EXPLORE_OWN constinit next_definition<int(pthread_mutex_t*)> real_lock{"pthread_mutex_lock"};
EXPLORE_OWN constinit next_definition<int(pthread_mutex_t*)> real_trylock{"pthread_mutex_trylock"};
EXPLORE_OWN constinit next_definition<int(pthread_mutex_t*, const timespec*)> real_timedlock{"pthread_mutex_timedlock"};
EXPLORE_OWN constinit next_definition<int(pthread_mutex_t*, clockid_t, const timespec*)> real_clocklock{
    "pthread_mutex_clocklock"};
EXPLORE_OWN constinit next_definition<int(pthread_mutex_t*)> real_unlock{"pthread_mutex_unlock"};
EXPLORE_OWN constinit next_definition<int(pthread_mutex_t*, const pthread_mutexattr_t*)> real_mutex_init{
    "pthread_mutex_init"};
EXPLORE_OWN constinit next_definition<int(pthread_mutex_t*)> real_mutex_destroy{"pthread_mutex_destroy"};

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* m) {
  return is_explored() ? lock_mutex(m, EXPLORE_CALLED_AT) : real_lock.get()(m);
}
int pthread_mutex_trylock(pthread_mutex_t* m) {
  return is_explored() ? try_mutex(m, EXPLORE_CALLED_AT) : real_trylock.get()(m);
}
int pthread_mutex_timedlock(pthread_mutex_t* m, const timespec* when) {
  return is_explored() ? lock_mutex_until(m, CLOCK_REALTIME, when, EXPLORE_CALLED_AT) : real_timedlock.get()(m, when);
}
int pthread_mutex_clocklock(pthread_mutex_t* m, clockid_t clock, const timespec* when) {
  return is_explored() ? lock_mutex_until(m, clock, when, EXPLORE_CALLED_AT) : real_clocklock.get()(m, clock, when);
}
int pthread_mutex_unlock(pthread_mutex_t* m) {
  return is_explored() ? unlock_mutex(m, EXPLORE_CALLED_AT) : real_unlock.get()(m);
}
int pthread_mutex_init(pthread_mutex_t* m, const pthread_mutexattr_t* attributes) {
  if (is_explored()) begin_anew(m, EXPLORE_CALLED_AT);
  return real_mutex_init.get()(m, attributes);
}
int pthread_mutex_destroy(pthread_mutex_t* m) {
  if (!is_explored()) return real_mutex_destroy.get()(m);
  renew(m, "a mutex", EXPLORE_CALLED_AT);
  return 0;
}

}  // extern "C"
