/// Mutexes, reader-writer locks, spin locks, and one-time initialisation.
#include <pthread.h>

#include <cerrno>

#include "hooks.hpp"

namespace explore {
namespace {

using enum access_mode;

constexpr std::size_t touched_bytes = 8;  // of a lock: enough to meet whoever frees or destroys it

// The low bits of the kind that glibc keeps in a mutex.
enum class mutex_type : unsigned { normal = 0, recursive = 1, error_checking = 2, adaptive = 3 };

mutex_type type_of(const pthread_mutex_t* mutex, std::uintptr_t pc) noexcept {
  const auto kind = static_cast<unsigned>(mutex->__data.__kind);
  if ((kind & 16U) != 0) refuse("a robust mutex", pc);
  return static_cast<mutex_type>(kind & 3U);
}

void own(engine& in, std::uint32_t lock) noexcept {
  object& taken = in.at(lock);
  taken.owner = static_cast<std::uint8_t>(in.current());
  taken.depth = 1;
  in.acquire_from(taken.sync);
  in.acquire_from(taken.shared_sync);
  in.acts();
}

void share(engine& in, std::uint32_t lock) noexcept {
  in.at(lock).sharers |= 1U << in.current();
  in.at(lock).shares[in.current()] = 1;
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

// The end of a lock, or its beginning at a place where there was another.
void renew(const void* lock_memory, const char* what, std::uintptr_t pc) noexcept {
  engine& in = *active;
  in.self().pending.pc = pc;
  const std::uint32_t lock = in.object_at(number(lock_memory));
  object& renewed = in.at(lock);
  if (renewed.owner != nobody || renewed.sharers != 0)
    in.fail(verdict::bad_use, "%s is destroyed while it is held", what);
  in.touch_memory(number(lock_memory), touched_bytes, touch::write, op::plain_write);
}

// A lock that is initialised where another one was left, however that was.
void begin_anew(const void* lock_memory, std::uintptr_t pc) noexcept {
  engine& in = *active;
  in.self().pending.pc = pc;
  object& made = in.at(in.object_at(number(lock_memory)));
  made.owner = nobody;
  made.sharers = made.depth = 0;
  in.touch_memory(number(lock_memory), touched_bytes, touch::write, op::plain_write);
}

// --- Reader-writer locks --------------------------------------------------------------------------------------------

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

// --- Once -----------------------------------------------------------------------------------------------------------

// What glibc keeps in a pthread_once_t. That it has been done stands there and not in the model: the place may be used anew.
constexpr pthread_once_t never_done = PTHREAD_ONCE_INIT;
constexpr pthread_once_t all_done = 2;

// True: the caller has to do it, and calls end_once(); false: it has been done.
template <class IsDone>
bool begin_once(const void* control, std::uintptr_t pc, IsDone is_done) noexcept {
  engine& in = *active;
  const std::uint32_t once = in.object_at(number(control));
  operation next = step_of(op::once_enter, control, pc);
  next.touches(once, acquire);
  in.announce(next, gate::lock_free, once);
  in.make(next);
  in.acquire_from(in.at(once).sync);
  in.acts();
  if (is_done()) return false;
  in.at(once).owner = static_cast<std::uint8_t>(in.current());
  return true;
}

void end_once(const void* control, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t once = in.object_at(number(control));
  operation next = step_of(op::once_done, control, pc);
  next.touches(once, write);
  in.announce(next);
  in.make(next);
  in.at(once).owner = nobody;
  in.release_to(in.at(once).sync);
  in.changed(once);
}

constinit next_definition<int(pthread_mutex_t*)> real_lock{"pthread_mutex_lock"};
constinit next_definition<int(pthread_mutex_t*)> real_trylock{"pthread_mutex_trylock"};
constinit next_definition<int(pthread_mutex_t*, const timespec*)> real_timedlock{"pthread_mutex_timedlock"};
constinit next_definition<int(pthread_mutex_t*, clockid_t, const timespec*)> real_clocklock{"pthread_mutex_clocklock"};
constinit next_definition<int(pthread_mutex_t*)> real_unlock{"pthread_mutex_unlock"};
constinit next_definition<int(pthread_mutex_t*, const pthread_mutexattr_t*)> real_mutex_init{"pthread_mutex_init"};
constinit next_definition<int(pthread_rwlock_t*, const pthread_rwlockattr_t*)> real_rwlock_init{"pthread_rwlock_init"};
constinit next_definition<int(pthread_mutex_t*)> real_mutex_destroy{"pthread_mutex_destroy"};
constinit next_definition<int(pthread_rwlock_t*)> real_rdlock{"pthread_rwlock_rdlock"};
constinit next_definition<int(pthread_rwlock_t*)> real_wrlock{"pthread_rwlock_wrlock"};
constinit next_definition<int(pthread_rwlock_t*)> real_tryrdlock{"pthread_rwlock_tryrdlock"};
constinit next_definition<int(pthread_rwlock_t*)> real_trywrlock{"pthread_rwlock_trywrlock"};
constinit next_definition<int(pthread_rwlock_t*)> real_rwunlock{"pthread_rwlock_unlock"};
constinit next_definition<int(pthread_rwlock_t*)> real_rwlock_destroy{"pthread_rwlock_destroy"};
constinit next_definition<int(pthread_rwlock_t*, const timespec*)> real_timedrdlock{"pthread_rwlock_timedrdlock"};
constinit next_definition<int(pthread_rwlock_t*, const timespec*)> real_timedwrlock{"pthread_rwlock_timedwrlock"};
constinit next_definition<int(pthread_rwlock_t*, clockid_t, const timespec*)> real_clockrdlock{
    "pthread_rwlock_clockrdlock"};
constinit next_definition<int(pthread_rwlock_t*, clockid_t, const timespec*)> real_clockwrlock{
    "pthread_rwlock_clockwrlock"};
constinit next_definition<int(pthread_once_t*, void (*)())> real_once{"pthread_once"};
constinit next_definition<int(void*)> real_guard_acquire{"__cxa_guard_acquire"};
constinit next_definition<void(void*)> real_guard_release{"__cxa_guard_release"};
constinit next_definition<void(void*)> real_guard_abort{"__cxa_guard_abort"};

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
int pthread_rwlock_init(pthread_rwlock_t* l, const pthread_rwlockattr_t* attributes) {
  if (is_explored()) begin_anew(l, EXPLORE_CALLED_AT);
  return real_rwlock_init.get()(l, attributes);
}
int pthread_mutex_destroy(pthread_mutex_t* m) {
  if (!is_explored()) return real_mutex_destroy.get()(m);
  renew(m, "a mutex", EXPLORE_CALLED_AT);
  return 0;
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

int pthread_once(pthread_once_t* control, void (*initialise)()) {
  if (!is_explored()) return real_once.get()(control, initialise);
  const std::uintptr_t pc = EXPLORE_CALLED_AT;
  if (!begin_once(control, pc, [control] { return *control == all_done; })) return 0;
  struct ending {
    pthread_once_t* control;
    std::uintptr_t pc;
    pthread_once_t state = never_done;  // after an exception it has to be done again
    ~ending() {
      *control = state;
      end_once(control, pc);
    }
  } end{control, pc};
  initialise();
  end.state = all_done;
  return 0;
}

// The variable's first byte tells the compiled code that it is initialised.
int __cxa_guard_acquire(void* guard) {
  if (!is_explored()) return real_guard_acquire.get()(guard);
  if (*static_cast<const char*>(guard) != 0) return 0;
  const auto is_done = [guard] { return *static_cast<const volatile char*>(guard) != 0; };
  return begin_once(static_cast<char*>(guard) + 1, EXPLORE_CALLED_AT, is_done) ? 1 : 0;
}
void __cxa_guard_release(void* guard) {
  if (!is_explored()) return real_guard_release.get()(guard);
  engine& in = *active;
  const std::uint32_t word = in.object_at(number(guard));
  operation next = step_of(op::store, guard, EXPLORE_CALLED_AT);
  next.size = 1;
  next.order = __ATOMIC_RELEASE;
  next.touches(word, access_mode::write);
  in.announce(next);
  in.touch_memory(number(guard), 1, touch::atomic_write, op::store);
  in.make(next)->after = 1;
  *static_cast<char*>(guard) = 1;
  in.changed(word);
  in.release_to(in.at(word).sync);
  end_once(static_cast<char*>(guard) + 1, EXPLORE_CALLED_AT);
}
void __cxa_guard_abort(void* guard) {
  if (!is_explored()) return real_guard_abort.get()(guard);
  end_once(static_cast<char*>(guard) + 1, EXPLORE_CALLED_AT);
}

}  // extern "C"
