/// Condition variables, semaphores and barriers of pthreads.
#include <pthread.h>
#include <semaphore.h>

#include <cerrno>

#include "hooks.hpp"

namespace explore {
namespace {

using enum access_mode;

constexpr std::size_t touched_bytes = 8;

// The clock that pthread_condattr_setclock chose is a bit in the flags that glibc keeps in a condition variable.
clockid_t clock_of(const pthread_cond_t* condition) noexcept {
  return (condition->__data.__wrefs & 2U) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

void retake(engine& in, std::uint32_t lock, std::uint32_t depth) noexcept {
  object& taken = in.at(lock);
  taken.owner = static_cast<std::uint8_t>(in.current());
  taken.depth = depth;
  in.acquire_from(taken.sync);
  in.acts();
}

operation regain(pthread_mutex_t* mutex, std::uint32_t lock, std::uintptr_t pc) noexcept {
  operation next = step_of(op::cond_woken, mutex, pc);
  next.touches(lock, acquire);
  return next;
}

int wait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* when, clockid_t clock,
         std::uintptr_t pc) noexcept {
  if (when != nullptr && !is_time(*when)) return EINVAL;
  engine& in = *active;
  const std::uint32_t lock = in.object_at(number(mutex));
  const std::uint32_t queue = in.object_at(number(condition));
  const std::uint64_t limit = when != nullptr ? limit_of(*when, clock) : 0;

  operation next = step_of(op::cond_wait, condition, pc);
  next.touches(lock, write).touches(queue, write);
  in.announce(next);
  in.touch_memory(number(condition), touched_bytes, touch::atomic_write, op::cond_wait);
  if (in.at(lock).owner != in.current()) {
    in.fail(verdict::bad_use, "a thread waits on a condition variable without holding the mutex");
  }
  in.make(next);
  const std::uint32_t depth = in.at(lock).depth;
  in.at(lock).owner = nobody;
  in.release_to(in.at(lock).sync);
  in.changed(lock);
  in.enqueue(queue, in.current());

  if (when == nullptr) {
    operation spurious = step_of(op::cond_wait, condition, pc);
    spurious.touches(queue, write);
    in.announce_wait(spurious, lock);
    if (!in.self().was_told) {
      in.dequeue(queue, in.current());
      spurious.what = op::cond_woken;
      in.make(spurious)->how = outcome::failed;
      in.announce(regain(mutex, lock, pc), gate::lock_free, lock);
    }
  } else {
    operation late = step_of(op::cond_timed_out, condition, pc);
    late.touches(queue, write).touches(engine::clock_object, add);
    in.announce_until(late, gate::told, lock, limit);
    if (!in.self().was_told) {
      in.dequeue(queue, in.current());
      in.make(late);
      in.pass_time(limit);
      in.announce(regain(mutex, lock, pc), gate::lock_free, lock);
      in.make(in.self().pending);
      retake(in, lock, depth);
      return ETIMEDOUT;
    }
  }
  in.make(in.self().pending);  // which the notifier has made the acquisition of the mutex
  retake(in, lock, depth);
  return 0;
}

int notify(pthread_cond_t* condition, bool all, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t queue = in.object_at(number(condition));
  operation next = step_of(all ? op::cond_broadcast : op::cond_signal, condition, pc);
  next.touches(queue, write);
  in.announce(next);
  in.touch_memory(number(condition), touched_bytes, touch::atomic_write, next.what);
  traced_event* const event = in.make(next);
  if (in.at(queue).first_waiter == nobody) in.at(queue).lost_signal = true;
  while (in.at(queue).first_waiter != nobody) {
    const unsigned first = in.at(queue).first_waiter;
    in.dequeue(queue, first);
    logical_thread& woken = in.thread(first);
    const std::uint32_t lock = woken.gate_object;
    in.tell(first, gate::lock_free, lock);
    const std::uintptr_t waited_at = woken.pending.pc;
    woken.pending = regain(reinterpret_cast<pthread_mutex_t*>(in.at(lock).key), lock, waited_at);
    event->other_thread = static_cast<std::uint16_t>(first);
    event->after = event->after + 1;
    if (!all) break;
  }
  in.acts();
  return 0;
}

// A semaphore or a barrier may have been initialised before the first execution: then its own memory, as glibc lays it out,
// says how.
std::uint32_t semaphore_at(engine& in, const sem_t* memory) noexcept {
  const std::uint32_t semaphore = in.object_at(number(memory));
  object& found = in.at(semaphore);
  if (!found.is_initialised) found.count = *reinterpret_cast<const std::uint32_t*>(memory);
  found.is_initialised = true;
  return semaphore;
}

std::uint32_t barrier_at(engine& in, const pthread_barrier_t* memory) noexcept {
  const std::uint32_t barrier = in.object_at(number(memory));
  object& found = in.at(barrier);
  if (!found.is_initialised) found.depth = reinterpret_cast<const std::uint32_t*>(memory)[2];
  found.is_initialised = true;
  return barrier;
}

int take_semaphore(sem_t* memory, bool only_try, const timespec* when, clockid_t clock, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t semaphore = semaphore_at(in, memory);
  if (when != nullptr && !is_time(*when)) return errno = EINVAL, -1;
  operation next = step_of(only_try          ? op::sem_try_wait
                           : when != nullptr ? op::sem_timed_wait
                                             : op::sem_wait,
                           memory, pc);
  next.touches(semaphore, write);
  if (only_try && in.at(semaphore).count == 0) {
    if (!in.announce_read(next, semaphore)) return errno = EAGAIN, -1;
  } else if (only_try) {
    in.announce(next);
  } else if (when != nullptr) {
    next.touches(engine::clock_object, add);
    in.announce_until(next, gate::counted, semaphore, limit_of(*when, clock));
  } else {
    in.announce(next, gate::counted, semaphore);
  }
  in.touch_memory(number(memory), touched_bytes, touch::atomic_write, next.what);
  if (in.at(semaphore).count == 0) {
    next.on[0].mode = read;
    in.make(next)->how = only_try ? outcome::failed : outcome::timed_out;
    if (only_try) return in.saw(pc, semaphore), errno = EAGAIN, -1;
    in.pass_time(limit_of(*when, clock));
    return errno = ETIMEDOUT, -1;
  }
  in.make(next);
  --in.at(semaphore).count;
  in.acquire_from(in.at(semaphore).sync);
  in.changed(semaphore);
  return 0;
}

int post_semaphore(sem_t* memory, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t semaphore = semaphore_at(in, memory);
  operation next = step_of(op::sem_post, memory, pc);
  next.touches(semaphore, write);
  in.announce(next);
  in.touch_memory(number(memory), touched_bytes, touch::atomic_write, op::sem_post);
  if (in.at(semaphore).count == SEM_VALUE_MAX) return errno = EOVERFLOW, -1;
  in.make(next);
  ++in.at(semaphore).count;
  in.release_to(in.at(semaphore).sync);
  in.changed(semaphore);
  return 0;
}

// The threads of a round are those that have come since the barrier was full the last time; the last one tells the others.
int wait_at_barrier(pthread_barrier_t* memory, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t barrier = barrier_at(in, memory);
  operation next = step_of(op::barrier_wait, memory, pc);
  next.touches(barrier, write);
  in.announce(next);
  in.touch_memory(number(memory), touched_bytes, touch::atomic_write, op::barrier_wait);
  in.make(next);
  object& here = in.at(barrier);
  in.release_to(here.sync);
  in.changed(barrier);
  if (++here.count < static_cast<std::int64_t>(here.depth)) {
    in.enqueue(barrier, in.current());
    in.announce(step_of(op::barrier_wait, memory, pc), gate::told, barrier);
    in.make(in.self().pending);
    in.acquire_from(here.sync);
    return 0;
  }
  here.count = 0;
  while (here.first_waiter != nobody) {
    const unsigned first = here.first_waiter;
    in.dequeue(barrier, first);
    in.tell(first, gate::open, barrier);
  }
  in.acquire_from(here.sync);
  return PTHREAD_BARRIER_SERIAL_THREAD;
}

EXPLORE_OWN constinit next_definition<int(pthread_cond_t*, pthread_mutex_t*)> real_wait{"pthread_cond_wait",
                                                                                        "GLIBC_2.3.2"};
EXPLORE_OWN constinit next_definition<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)> real_timedwait{
    "pthread_cond_timedwait", "GLIBC_2.3.2"};
EXPLORE_OWN constinit next_definition<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>
    real_clockwait{"pthread_cond_clockwait"};
EXPLORE_OWN constinit next_definition<int(pthread_cond_t*)> real_signal{"pthread_cond_signal", "GLIBC_2.3.2"};
EXPLORE_OWN constinit next_definition<int(pthread_cond_t*)> real_broadcast{"pthread_cond_broadcast", "GLIBC_2.3.2"};
EXPLORE_OWN constinit next_definition<int(pthread_cond_t*)> real_cond_destroy{"pthread_cond_destroy", "GLIBC_2.3.2"};
EXPLORE_OWN constinit next_definition<int(sem_t*, int, unsigned)> real_sem_init{"sem_init"};
EXPLORE_OWN constinit next_definition<int(sem_t*)> real_sem_destroy{"sem_destroy"};
EXPLORE_OWN constinit next_definition<int(sem_t*)> real_sem_wait{"sem_wait"};
EXPLORE_OWN constinit next_definition<int(sem_t*)> real_sem_trywait{"sem_trywait"};
EXPLORE_OWN constinit next_definition<int(sem_t*, const timespec*)> real_sem_timedwait{"sem_timedwait"};
EXPLORE_OWN constinit next_definition<int(sem_t*, clockid_t, const timespec*)> real_sem_clockwait{"sem_clockwait"};
EXPLORE_OWN constinit next_definition<int(sem_t*)> real_sem_post{"sem_post"};
EXPLORE_OWN constinit next_definition<int(sem_t*, int*)> real_sem_getvalue{"sem_getvalue"};
EXPLORE_OWN constinit next_definition<int(pthread_barrier_t*, const pthread_barrierattr_t*, unsigned)>
    real_barrier_init{"pthread_barrier_init"};
EXPLORE_OWN constinit next_definition<int(pthread_barrier_t*)> real_barrier_wait{"pthread_barrier_wait"};
EXPLORE_OWN constinit next_definition<int(pthread_barrier_t*)> real_barrier_destroy{"pthread_barrier_destroy"};

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

int pthread_cond_wait(pthread_cond_t* c, pthread_mutex_t* m) {
  return is_explored() ? wait(c, m, nullptr, CLOCK_REALTIME, EXPLORE_CALLED_AT) : real_wait.get()(c, m);
}
int pthread_cond_timedwait(pthread_cond_t* c, pthread_mutex_t* m, const timespec* when) {
  return is_explored() ? wait(c, m, when, clock_of(c), EXPLORE_CALLED_AT) : real_timedwait.get()(c, m, when);
}
int pthread_cond_clockwait(pthread_cond_t* c, pthread_mutex_t* m, clockid_t clock, const timespec* when) {
  return is_explored() ? wait(c, m, when, clock, EXPLORE_CALLED_AT) : real_clockwait.get()(c, m, clock, when);
}
int pthread_cond_signal(pthread_cond_t* c) {
  return is_explored() ? notify(c, false, EXPLORE_CALLED_AT) : real_signal.get()(c);
}
int pthread_cond_broadcast(pthread_cond_t* c) {
  return is_explored() ? notify(c, true, EXPLORE_CALLED_AT) : real_broadcast.get()(c);
}
int pthread_cond_destroy(pthread_cond_t* c) {
  if (!is_explored()) return real_cond_destroy.get()(c);
  engine& in = *active;
  in.self().pending.pc = EXPLORE_CALLED_AT;
  object& destroyed = in.at(in.object_at(number(c)));
  if (destroyed.first_waiter != nobody) {
    in.fail(verdict::bad_use, "a condition variable is destroyed while thread %u waits on it",
            unsigned{destroyed.first_waiter});
  }
  destroyed.lost_signal = false;
  in.touch_memory(number(c), touched_bytes, touch::write, op::plain_write);
  return 0;
}

int sem_init(sem_t* s, int shared, unsigned value) {
  if (!is_explored()) return real_sem_init.get()(s, shared, value);
  if (value > SEM_VALUE_MAX) return errno = EINVAL, -1;
  engine& in = *active;
  in.self().pending.pc = EXPLORE_CALLED_AT;
  in.touch_memory(number(s), touched_bytes, touch::write, op::plain_write);
  object& made = in.at(in.object_at(number(s)));
  made.count = value;
  made.is_initialised = true;
  return real_sem_init.get()(s, shared, value);
}
int sem_destroy(sem_t* s) {
  if (!is_explored()) return real_sem_destroy.get()(s);
  engine& in = *active;
  in.self().pending.pc = EXPLORE_CALLED_AT;
  if (const unsigned waiter = in.waiter_at(in.object_at(number(s))); waiter != nobody) {
    in.fail(verdict::bad_use, "a semaphore is destroyed while thread %u waits on it", waiter);
  }
  in.touch_memory(number(s), touched_bytes, touch::write, op::plain_write);
  return 0;
}
int sem_wait(sem_t* s) {
  return is_explored() ? take_semaphore(s, false, nullptr, CLOCK_REALTIME, EXPLORE_CALLED_AT) : real_sem_wait.get()(s);
}
int sem_trywait(sem_t* s) {
  return is_explored() ? take_semaphore(s, true, nullptr, CLOCK_REALTIME, EXPLORE_CALLED_AT)
                       : real_sem_trywait.get()(s);
}
int sem_timedwait(sem_t* s, const timespec* when) {
  if (!is_explored()) return real_sem_timedwait.get()(s, when);
  return take_semaphore(s, false, when, CLOCK_REALTIME, EXPLORE_CALLED_AT);
}
int sem_clockwait(sem_t* s, clockid_t clock, const timespec* when) {
  if (!is_explored()) return real_sem_clockwait.get()(s, clock, when);
  return take_semaphore(s, false, when, clock, EXPLORE_CALLED_AT);
}
int sem_post(sem_t* s) { return is_explored() ? post_semaphore(s, EXPLORE_CALLED_AT) : real_sem_post.get()(s); }
int sem_getvalue(sem_t* s, int* value) {
  if (!is_explored()) return real_sem_getvalue.get()(s, value);
  engine& in = *active;
  const std::uint32_t semaphore = semaphore_at(in, s);
  operation next = step_of(op::load, s, EXPLORE_CALLED_AT);
  next.size = sizeof(int);
  next.touches(semaphore, access_mode::read);
  in.announce(next);
  in.make(next)->before = static_cast<std::uint64_t>(in.at(semaphore).count);
  *value = static_cast<int>(in.at(semaphore).count);
  return 0;
}

int pthread_barrier_init(pthread_barrier_t* b, const pthread_barrierattr_t* attributes, unsigned count) {
  if (!is_explored()) return real_barrier_init.get()(b, attributes, count);
  if (count == 0) return EINVAL;
  engine& in = *active;
  in.self().pending.pc = EXPLORE_CALLED_AT;
  in.touch_memory(number(b), touched_bytes, touch::write, op::plain_write);
  object& made = in.at(in.object_at(number(b)));
  made.depth = count;
  made.count = 0;
  made.is_initialised = true;
  return real_barrier_init.get()(b, attributes, count);
}
int pthread_barrier_wait(pthread_barrier_t* b) {
  return is_explored() ? wait_at_barrier(b, EXPLORE_CALLED_AT) : real_barrier_wait.get()(b);
}
int pthread_barrier_destroy(pthread_barrier_t* b) {
  if (!is_explored()) return real_barrier_destroy.get()(b);
  engine& in = *active;
  in.self().pending.pc = EXPLORE_CALLED_AT;
  if (in.at(in.object_at(number(b))).first_waiter != nobody) {
    in.fail(verdict::bad_use, "a barrier is destroyed while a thread waits at it");
  }
  in.touch_memory(number(b), touched_bytes, touch::write, op::plain_write);
  return 0;
}

}  // extern "C"
