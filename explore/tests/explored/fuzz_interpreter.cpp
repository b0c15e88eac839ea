/// Runs a program that is data, as a program under test.
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "fuzz_descriptor_calls.hpp"
#include "fuzz_program.hpp"

namespace fuzz {
namespace {

constexpr time_t first_second = 1'000;  // of the explorer's clock

struct machine {
  const program* what;
  std::atomic<std::uint32_t> word[words];
  pthread_mutex_t mutex[mutexes];
  pthread_rwlock_t rwlock;
  pthread_cond_t condition;
  sem_t semaphore;
  pthread_barrier_t barrier;
  descriptors fds;
  result seen;
};
machine shared;

struct thread_state {
  unsigned number = 0;
  bool holds[mutexes] = {};
  bool holds_rwlock = false;
  std::uint8_t last = 0;
};

timespec at(std::uint8_t seconds) { return {.tv_sec = first_second + seconds, .tv_nsec = 0}; }

long futex(int what, std::uint32_t value, const timespec* when) {
  return ::syscall(SYS_futex, &shared.word[0], what | FUTEX_PRIVATE_FLAG, value, when, nullptr, FUTEX_BITSET_MATCH_ANY);
}

std::uint8_t failed(bool did_fail) { return did_fail ? 1 : 0; }

std::uint8_t seconds_passed() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint8_t>(now.tv_sec - first_second);
}

template <std::memory_order Order>
struct fixed {
  static constexpr std::memory_order order = Order;
  // What a load or a store may not have becomes what is left of it.
  static constexpr bool is_both = Order == std::memory_order_acq_rel;
  static constexpr auto of_load = is_both                              ? std::memory_order_acquire
                                  : Order == std::memory_order_release ? std::memory_order_relaxed
                                                                       : Order;
  static constexpr auto of_store = is_both                              ? std::memory_order_release
                                   : Order == std::memory_order_acquire ? std::memory_order_relaxed
                                                                        : Order;
};

// The compiler tells the explorer an order only if it knows it.
template <class Call>
std::uint8_t with_order(std::uint8_t which, Call call) {
  switch (which) {
    case 0: return call(fixed<std::memory_order_relaxed>{});
    case 1: return call(fixed<std::memory_order_acquire>{});
    case 2: return call(fixed<std::memory_order_release>{});
    case 3: return call(fixed<std::memory_order_acq_rel>{});
    default: return call(fixed<std::memory_order_seq_cst>{});
  }
}

template <unsigned Place>
[[gnu::always_inline]] inline std::uint8_t on_word(std::atomic<std::uint32_t>& word, instruction one) {
  return with_order(one.order, [&](auto with) -> std::uint8_t {
    using o = decltype(with);
    switch (one.what) {
      case kind::load: return static_cast<std::uint8_t>(word.load(o::of_load));
      case kind::store: word.store(one.value, o::of_store); return 0;
      case kind::add: return static_cast<std::uint8_t>(word.fetch_add(1, o::order));
      case kind::exchange: return static_cast<std::uint8_t>(word.exchange(one.value, o::order));
      case kind::compare_exchange: {
        std::uint32_t expected = one.value;
        const bool done = word.compare_exchange_strong(expected, one.value + 1U, o::order, o::of_load);
        return static_cast<std::uint8_t>(done ? 100 : expected);
      }
      default: std::atomic_thread_fence(o::order); return 0;
    }
  });
}

// A place of code for each position of an instruction: who comes by one place again and again may look as if it spun.
template <unsigned Place>
std::uint8_t perform(thread_state& self, instruction one) {
  std::atomic<std::uint32_t>& word = shared.word[one.on];
  pthread_mutex_t* const mutex = &shared.mutex[one.on];
  bool& holds = self.holds[one.on];
  pthread_rwlock_t* const rwlock = &shared.rwlock;
  const timespec when = at(one.value);
  const auto took = [](int error, bool& taken) {
    taken = error == 0;
    return failed(error != 0);
  };
  static_cast<void>(Place);
  switch (one.what) {
    case kind::load:
    case kind::store:
    case kind::add:
    case kind::exchange:
    case kind::compare_exchange:
    case kind::fence: return on_word<Place>(word, one);
    case kind::poll: {
      for (unsigned i = 1; i <= polls; ++i) {
        if (const std::uint32_t value = word; value != 0) return static_cast<std::uint8_t>(value + 16 * i);
      }
      return 0;
    }
    case kind::lock: return holds ? not_done : took(::pthread_mutex_lock(mutex), holds);
    case kind::try_lock: return holds ? not_done : took(::pthread_mutex_trylock(mutex), holds);
    case kind::timed_lock:
      return holds ? not_done : took(::pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &when), holds);
    case kind::unlock:
      if (!holds) return not_done;
      holds = false;
      return failed(::pthread_mutex_unlock(mutex) != 0);
    case kind::read_lock:
      return self.holds_rwlock ? not_done : took(::pthread_rwlock_rdlock(rwlock), self.holds_rwlock);
    case kind::write_lock:
      return self.holds_rwlock ? not_done : took(::pthread_rwlock_wrlock(rwlock), self.holds_rwlock);
    case kind::try_read_lock:
      return self.holds_rwlock ? not_done : took(::pthread_rwlock_tryrdlock(rwlock), self.holds_rwlock);
    case kind::try_write_lock:
      return self.holds_rwlock ? not_done : took(::pthread_rwlock_trywrlock(rwlock), self.holds_rwlock);
    case kind::timed_read_lock:
      if (self.holds_rwlock) return not_done;
      return took(::pthread_rwlock_clockrdlock(rwlock, CLOCK_MONOTONIC, &when), self.holds_rwlock);
    case kind::timed_write_lock:
      if (self.holds_rwlock) return not_done;
      return took(::pthread_rwlock_clockwrlock(rwlock, CLOCK_MONOTONIC, &when), self.holds_rwlock);
    case kind::rw_unlock:
      if (!self.holds_rwlock) return not_done;
      self.holds_rwlock = false;
      return failed(::pthread_rwlock_unlock(rwlock) != 0);
    case kind::cond_wait:
      return !self.holds[0] ? not_done : failed(::pthread_cond_wait(&shared.condition, &shared.mutex[0]) != 0);
    case kind::cond_timed_wait:
      if (!self.holds[0]) return not_done;
      return failed(::pthread_cond_clockwait(&shared.condition, &shared.mutex[0], CLOCK_MONOTONIC, &when) != 0);
    case kind::signal: return failed(::pthread_cond_signal(&shared.condition) != 0);
    case kind::broadcast: return failed(::pthread_cond_broadcast(&shared.condition) != 0);
    case kind::futex_wait: return futex(FUTEX_WAIT, one.value, nullptr) == 0 ? 0 : 1;
    case kind::futex_timed_wait: {
      if (futex(FUTEX_WAIT_BITSET, 0, &when) == 0) return 0;
      return errno == EAGAIN ? 1 : 2;
    }
    case kind::futex_wait_for: {
      const timespec duration{.tv_sec = 1, .tv_nsec = 0};
      if (futex(FUTEX_WAIT, one.value, &duration) == 0) return 0;
      return errno == EAGAIN ? 1 : 2;
    }
    case kind::futex_wake: return static_cast<std::uint8_t>(futex(FUTEX_WAKE, one.value + 1U, nullptr));
    case kind::sem_wait: return failed(::sem_wait(&shared.semaphore) != 0);
    case kind::sem_try_wait: return failed(::sem_trywait(&shared.semaphore) != 0);
    case kind::sem_timed_wait: return failed(::sem_clockwait(&shared.semaphore, CLOCK_MONOTONIC, &when) != 0);
    case kind::sem_post: return failed(::sem_post(&shared.semaphore) != 0);
    case kind::sem_value: {
      int value = 0;
      ::sem_getvalue(&shared.semaphore, &value);
      return static_cast<std::uint8_t>(value);
    }
    case kind::barrier_wait: return failed(::pthread_barrier_wait(&shared.barrier) != 0);
    case kind::clock_read: return seconds_passed();
    case kind::sleep_until: ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr); return 0;
    case kind::sleep_for: {
      const timespec duration{.tv_sec = 1, .tv_nsec = 0};
      ::nanosleep(&duration, nullptr);
      return 0;
    }
    case kind::yield: ::sched_yield(); return 0;
    default: return call<Place>(shared.fds, one);
  }
}

using performer = std::uint8_t (*)(thread_state&, instruction);
constexpr performer places[most_instructions] = {perform<0>, perform<1>, perform<2>,
                                                 perform<3>, perform<4>, perform<5>};

[[gnu::no_sanitize("thread")]] void run_thread(unsigned number) {
  thread_state self;
  self.number = number;
  const thread_program& own = shared.what->thread[number];
  for (unsigned i = 0; i < own.count; ++i) {
    const instruction& one = own.at[i];
    const bool is_due = one.when == guard::none || (one.when == guard::after_zero) == (self.last == 0);
    const std::uint8_t got = is_due ? places[shared.what->same_place ? 0 : i](self, one) : not_done;
    shared.seen.log[number][i] = got;
    if (got != not_done) self.last = got;
  }
  for (unsigned i = 0; i < mutexes; ++i) {
    if (self.holds[i]) ::pthread_mutex_unlock(&shared.mutex[i]);
  }
  if (self.holds_rwlock) ::pthread_rwlock_unlock(&shared.rwlock);
}

void* begin(void* number) {
  run_thread(static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(number)));
  return nullptr;
}

}  // namespace

void run(const program& what, result_set& results) {
  shared.what = &what;
  for (auto& mutex : shared.mutex) ::pthread_mutex_init(&mutex, nullptr);
  ::pthread_rwlock_init(&shared.rwlock, nullptr);
  ::pthread_cond_init(&shared.condition, nullptr);
  ::sem_init(&shared.semaphore, 0, what.semaphore);
  ::pthread_barrier_init(&shared.barrier, nullptr, 2);
  if (has(what, uses_descriptors)) shared.fds.open(what.descriptors);
  pthread_t other[most_threads];
  for (std::uintptr_t t = what.is_detached ? 0 : 1; t < what.threads; ++t) {
    ::pthread_create(&other[t], nullptr, begin, reinterpret_cast<void*>(t));
    if (what.is_detached) ::pthread_detach(other[t]);
  }
  if (what.is_detached) return;
  run_thread(0);
  for (unsigned t = 1; t < what.threads; ++t) ::pthread_join(other[t], nullptr);
  for (unsigned i = 0; i < words; ++i) shared.seen.word[i] = static_cast<std::uint8_t>(shared.word[i].load());
  int left = 0;
  ::sem_getvalue(&shared.semaphore, &left);
  shared.seen.semaphore = static_cast<std::uint8_t>(left);
  if (has(what, takes_time)) shared.seen.seconds = seconds_passed();
  results.enter(hash_of(shared.seen));
}

}  // namespace fuzz
