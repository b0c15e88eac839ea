#pragma once

#include <linux/futex.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "quiesce/quiesce.hpp"

// Events as one writes them without this library, each with set() and wait(): what ours is measured beside.

namespace quiesce_bench {

inline void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

inline void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value) {
  ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
}
inline void futex_wake(std::atomic<std::uint32_t>& word) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

// The C library locks without an atomic while a process has one thread.
class second_thread {
 public:
  second_thread() : thread_([this] { static_cast<void>(quiesce::wait(over_)); }) {}
  ~second_thread() {
    over_.set();
    thread_.join();
  }

 private:
  quiesce::auto_reset_event over_;
  std::thread thread_;
};

class our_event {
 public:
  void set() { event_.set(); }
  void wait() { static_cast<void>(quiesce::wait(event_)); }

 private:
  quiesce::auto_reset_event event_;
};

// What no set and wait of one thread can go below: a compare-exchange each.
class two_compare_exchanges {
 public:
  void set() {
    std::uint64_t idle = 0;
    word_.compare_exchange_strong(idle, 1, std::memory_order_release, std::memory_order_relaxed);
  }
  void wait() {
    std::uint64_t signalled = 1;
    word_.compare_exchange_strong(signalled, 0, std::memory_order_acquire, std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> word_{0};
};

// The least between two threads that never sleep. It yields now and then: the other one may have no core of its own.
class spun_word {
 public:
  void set() { word_.store(1, std::memory_order_release); }
  void wait() {
    for (unsigned spins = 1; word_.load(std::memory_order_acquire) == 0; ++spins) {
      if (spins % 4096 == 0) std::this_thread::yield();
      pause_briefly();
    }
    word_.store(0, std::memory_order_relaxed);
  }

 private:
  alignas(64) std::atomic<std::uint32_t> word_{0};
};

// The least between two threads that sleep at once. No more than one waits.
class futex_word {
 public:
  void set() {
    if (word_.exchange(signalled, std::memory_order_release) == asleep) futex_wake(word_);
  }
  void wait() {
    std::uint32_t seen = signalled;
    while (!word_.compare_exchange_strong(seen, idle, std::memory_order_acquire)) {
      if (seen == asleep || word_.compare_exchange_strong(seen, asleep)) futex_wait(word_, asleep);
      seen = signalled;
    }
  }

 private:
  enum : std::uint32_t { idle, signalled, asleep };
  alignas(64) std::atomic<std::uint32_t> word_{idle};
};

class atomic_wait {
 public:
  void set() {
    word_.store(1, std::memory_order_release);
    word_.notify_one();
  }
  void wait() {
    while (word_.exchange(0, std::memory_order_acquire) == 0) word_.wait(0);
  }

 private:
  std::atomic<int> word_{0};
};

class posix_semaphore {
 public:
  posix_semaphore() { ::sem_init(&semaphore_, 0, 0); }
  posix_semaphore(const posix_semaphore&) = delete;
  posix_semaphore& operator=(const posix_semaphore&) = delete;
  ~posix_semaphore() { ::sem_destroy(&semaphore_); }
  void set() { ::sem_post(&semaphore_); }
  void wait() { ::sem_wait(&semaphore_); }

 private:
  sem_t semaphore_;
};

class mutex_and_condition {
 public:
  void set() {
    {
      const std::lock_guard hold(lock_);
      signalled_ = true;
    }
    changed_.notify_one();
  }
  void wait() {
    std::unique_lock hold(lock_);
    changed_.wait(hold, [&] { return signalled_; });
    signalled_ = false;
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  bool signalled_ = false;
};

class event_descriptor {
 public:
  event_descriptor() : fd_(::eventfd(0, 0)) {}
  event_descriptor(const event_descriptor&) = delete;
  event_descriptor& operator=(const event_descriptor&) = delete;
  ~event_descriptor() { ::close(fd_); }
  void set() { ::eventfd_write(fd_, 1); }
  void wait() {
    eventfd_t value = 0;
    ::eventfd_read(fd_, &value);
  }

 private:
  int fd_;
};

}  // namespace quiesce_bench
