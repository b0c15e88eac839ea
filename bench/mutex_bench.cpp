// Mutexes and semaphores without contention, and with it, beside those of the C library.
#include <benchmark/benchmark.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <mutex>

#include "event_kinds.hpp"
#include "quiesce/quiesce.hpp"

namespace {

namespace q = quiesce;

using quiesce_bench::second_thread;

// The yardstick: three values of one word.
class futex_mutex {
 public:
  void lock() {
    std::uint32_t seen = 0;
    if (word_.compare_exchange_strong(seen, 1, std::memory_order_acquire, std::memory_order_relaxed)) return;
    while (word_.exchange(2, std::memory_order_acquire) != 0) {
      ::syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, 2, nullptr, nullptr, 0);
    }
  }
  void unlock() {
    if (word_.exchange(0, std::memory_order_release) == 2) {
      ::syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }
  }

 private:
  std::atomic<std::uint32_t> word_{0};
};

// Recursive, and tells when its owner has died: the nearest that POSIX has.
class robust_mutex {
 public:
  robust_mutex() {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutex_init(&mutex_, &attributes);
    ::pthread_mutexattr_destroy(&attributes);
  }
  robust_mutex(const robust_mutex&) = delete;
  robust_mutex& operator=(const robust_mutex&) = delete;
  ~robust_mutex() { ::pthread_mutex_destroy(&mutex_); }
  void lock() { ::pthread_mutex_lock(&mutex_); }
  void unlock() { ::pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t mutex_;
};

template <class Mutex>
void lock_and_unlock(benchmark::State& state) {
  const second_thread other;
  Mutex mutex;
  for (auto _ : state) {
    mutex.lock();
    mutex.unlock();
  }
}
BENCHMARK(lock_and_unlock<futex_mutex>);
BENCHMARK(lock_and_unlock<std::mutex>);
BENCHMARK(lock_and_unlock<std::recursive_mutex>);
BENCHMARK(lock_and_unlock<robust_mutex>);
BENCHMARK(lock_and_unlock<q::mutex>);

template <class Mutex>
void lock_and_unlock_by_two(benchmark::State& state) {
  static Mutex mutex;
  static std::int64_t count = 0;
  for (auto _ : state) {
    mutex.lock();
    ++count;
    mutex.unlock();
  }
  benchmark::DoNotOptimize(count);
}
BENCHMARK(lock_and_unlock_by_two<futex_mutex>)->Threads(2)->UseRealTime();
BENCHMARK(lock_and_unlock_by_two<std::mutex>)->Threads(2)->UseRealTime();
BENCHMARK(lock_and_unlock_by_two<q::mutex>)->Threads(2)->UseRealTime();

void release_and_wait_by_one_thread(benchmark::State& state) {
  q::semaphore semaphore(0);
  for (auto _ : state) {
    semaphore.release();
    benchmark::DoNotOptimize(q::wait(semaphore).index);
  }
}
BENCHMARK(release_and_wait_by_one_thread);

void post_and_wait_by_one_thread(benchmark::State& state) {
  sem_t semaphore;
  ::sem_init(&semaphore, 0, 0);
  for (auto _ : state) {
    ::sem_post(&semaphore);
    ::sem_wait(&semaphore);
  }
  ::sem_destroy(&semaphore);
}
BENCHMARK(post_and_wait_by_one_thread);

}  // namespace
