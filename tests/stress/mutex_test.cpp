#include "quiesce/mutex.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/semaphore.hpp"
#include "quiesce/wait.hpp"
#include "support/rounds.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using std::chrono::microseconds;
using support::waiters_of;

constexpr std::size_t contenders = 4;

template <class Work>
void on_all_threads(Work work) {
  std::array<std::thread, contenders> all;
  for (std::size_t i = 0; i < contenders; ++i) all[i] = std::thread(work, i);
  for (auto& thread : all) thread.join();
}

// The counts are no atomics: two owners at once would lose some, and TSan would say so.
struct guarded {
  q::mutex mutex;
  int count = 0;
  int depth = 0;
  int entered = 0;  // may only be seen as zero by who takes it first
};

TEST(MutexStress, GuardsWhatAllThreadsChangeWhicheverWayItIsTaken_A6) {
  const int rounds = support::rounds(20'000);
  guarded shared;
  std::atomic<int> given_up{0};
  std::atomic<int> taken{0};
  const auto contend = [&](std::size_t self) {
    for (int turn = 0; turn < rounds; ++turn) {
      bool has_it = true;
      switch ((static_cast<std::size_t>(turn) + self) % 4) {
        case 0: shared.mutex.lock(); break;
        case 1: has_it = shared.mutex.try_lock_for(microseconds(turn % 20)); break;
        case 2: has_it = static_cast<bool>(q::wait_all({shared.mutex})); break;
        default: has_it = shared.mutex.try_lock(); break;
      }
      ++(has_it ? taken : given_up);
      if (!has_it) continue;
      ASSERT_EQ(shared.entered++, 0) << "two threads own it";
      if (turn % 3 == 0) {
        shared.mutex.lock();
        ++shared.depth;
        shared.mutex.unlock();
      }
      ++shared.count;
      if (turn % 16 == 0) std::this_thread::yield();
      --shared.entered;
      shared.mutex.unlock();
    }
  };
  for (support::rounds_until_met runs(1); runs.go_on(taken >= 1000 && given_up >= 1000);) on_all_threads(contend);
  EXPECT_EQ(shared.count, taken.load());
  EXPECT_EQ(waiters_of::raw_word(shared.mutex), 0u);
  EXPECT_GE(taken.load(), 1000);
  EXPECT_GE(given_up.load(), 1000) << "they did not meet: the test shows nothing";
}

// Threads end while they own it, one after the other, with others queued, trying and closing handles meanwhile.
TEST(MutexStress, IsHandedOnByThreadsThatEndWithIt_A4_A6) {
  const int rounds = support::rounds(1'500);
  q::mutex mutex;
  int owners = 0;  // guarded by the mutex
  std::atomic<int> took{0}, told{0}, abandonments{0}, given_up{0};
  on_all_threads([&](std::size_t self) {
    for (int turn = 0; turn < rounds; ++turn) {
      std::thread([&, turn, own = mutex.duplicate()]() mutable {
        const q::wait_result result =
            (static_cast<std::size_t>(turn) + self) % 3 == 0 ? q::wait_for(own, microseconds(turn % 30)) : q::wait(own);
        if (!result) {
          ++given_up;
          return;
        }
        ++took;
        if (result.status == q::wait_status::abandoned) ++told;
        ++owners;
        if (turn % 4 == 0) return own.unlock();
        ++abandonments;
        if (turn % 4 == 1) own = q::mutex();
      }).join();
    }
  });
  EXPECT_EQ(took.load() + given_up.load(), static_cast<int>(contenders) * rounds);
  const q::wait_result last = q::try_wait(mutex);
  ASSERT_TRUE(last) << "the threads have all ended";
  EXPECT_EQ(told.load() + (last.status == q::wait_status::abandoned ? 1 : 0), abandonments.load())
      << "each abandonment is told once";
  EXPECT_EQ(owners, took.load());
  EXPECT_GE(abandonments.load(), 1000);
  mutex.unlock();
  EXPECT_EQ(waiters_of::raw_word(mutex), 0u);
}

// The last handle goes while the owner ends and another thread gives up waiting: in each order somebody destroys it once.
TEST(MutexStress, IsDestroyedOnceByWhoeverLetsItGoLast_A4) {
  int orphans_taken = 0;
  for (support::rounds_until_met rounds(3'000); rounds.go_on(orphans_taken >= 100);) {
    const int round = rounds.number();
    q::mutex mutex;
    q::auto_reset_event owned, go;
    std::thread owner([own = mutex.duplicate(), &owned, &go, round]() mutable {
      own.lock();
      owned.set();
      static_cast<void>(q::wait(go));
      if (round % 2 == 0) own = q::mutex();
    });
    ASSERT_TRUE(q::wait_for(owned, 30s));
    q::wait_result result{};
    std::thread waiter(
        [own = mutex.duplicate(), &result, round] { result = q::wait_for(own, microseconds(round % 100)); });
    go.set();
    mutex = q::mutex();
    owner.join();
    waiter.join();
    if (result) {
      ++orphans_taken;
      ASSERT_EQ(result.status, q::wait_status::abandoned);
    }
  }
  EXPECT_GE(orphans_taken, 100) << "the waiter never came in time: the test shows nothing";
}

TEST(SemaphoreStress, WhatIsReleasedIsTakenOnceOrStillThere_A6_B5) {
  const int rounds = support::rounds(15'000);
  q::semaphore semaphore(0, 100'000'000), other(0);
  std::atomic<std::uint64_t> released{0}, taken{0};
  std::atomic<int> timed_out{0};
  const auto trade = [&](std::size_t self) {
    for (int turn = 0; turn < rounds; ++turn) {
      if (self % 2 == 0) {
        const auto n = static_cast<std::uint32_t>(turn % 3);
        semaphore.release(n);
        released += n;
        if (turn % 8 == 0) std::this_thread::yield();
        continue;
      }
      const q::wait_result result = turn % 5 == 0 ? q::wait_all_for({semaphore}, microseconds(turn % 20))
                                                  : q::wait_any_for({other, semaphore}, microseconds(turn % 20));
      if (result) {
        ++taken;
      } else {
        ++timed_out;
      }
      // Catches up, so that the count is often zero and the waits block.
      while (q::try_wait(semaphore)) ++taken;
    }
  };
  for (support::rounds_until_met runs(1); runs.go_on(taken >= 1000 && timed_out >= 100);) on_all_threads(trade);
  EXPECT_EQ(released.load(), taken.load() + semaphore.release(0));
  EXPECT_TRUE(q::object_word::is_plain(waiters_of::raw_word(semaphore)));
  EXPECT_GE(taken.load(), 1000u);
  EXPECT_GE(timed_out.load(), 100) << "the waits never blocked: the test shows nothing";
}

}  // namespace
