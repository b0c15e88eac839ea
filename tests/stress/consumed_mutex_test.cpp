#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <thread>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"

namespace {

namespace q = quiesce;
using std::chrono::steady_clock;

constexpr std::uint64_t often_enough = 200;

// Goes on until all of them were met often enough, for 30 s at most.
template <class... Counts>
bool goes_on(steady_clock::time_point begun, const Counts&... counts) {
  const bool met = ((counts.load() >= often_enough) && ...);
  return !met && steady_clock::now() - begun < std::chrono::seconds(30);
}

// The count is no atomic: two owners at once would lose some, and TSan would say so.
TEST(ConsumedMutexStress, GuardsWhatCallbacksAndThreadsChangeThoughSomeAbandonItAndSomeAreTakenBack_A6_D5) {
  q::thread_pool pool({.running = 2});
  q::mutex mutex;
  std::uint64_t guarded = 0;
  std::atomic<std::uint64_t> added{0}, called{0}, abandoned{0}, taken_back{0}, locked{0};
  const auto add_one = [&](bool was_abandoned) {
    ++guarded;
    ++added;
    if (was_abandoned) ++abandoned;
  };
  const auto callback = [&](q::callback_scope& scope) {
    if (!scope.result()) return;
    add_one(scope.result().status == q::wait_status::abandoned);
    switch (++called % 3) {
      case 0: mutex.unlock(); break;
      case 1: scope.set_on_return(mutex); break;
      default: break;  // abandons it
    }
  };
  q::registered_wait first(pool, callback), second(pool, callback, {.overlap = true});
  const auto begun = steady_clock::now();
  std::thread owner([&] {
    while (goes_on(begun, called, abandoned, taken_back, locked)) {
      const q::wait_result result = q::wait(mutex);
      add_one(result.status == q::wait_status::abandoned);
      ++locked;
      mutex.unlock();
      std::this_thread::yield();
    }
  });
  std::uint64_t turn = 0;
  while (goes_on(begun, called, abandoned, taken_back, locked)) {
    first.arm(mutex, std::chrono::microseconds(turn % 3 * 100));
    second.arm(mutex);
    if (++turn % 4 != 0) continue;
    const std::size_t due = second.in_flight().size();
    second.wait_for_callbacks(q::pending::cancel);
    const std::uint64_t before = called;
    second.wait_for_callbacks();
    if (due != 0 && before == called) ++taken_back;
  }
  owner.join();
  first.stop();
  second.stop();
  const q::wait_result last = q::wait(mutex);
  EXPECT_TRUE(last);
  EXPECT_EQ(guarded, added.load());
  mutex.unlock();
  std::printf("callbacks %lu, abandoned %lu, taken back about %lu, locked by a thread %lu\n", called.load(),
              abandoned.load(), taken_back.load(), locked.load());
  EXPECT_GE(called.load(), often_enough);
  EXPECT_GE(abandoned.load(), often_enough);
  EXPECT_GE(taken_back.load(), often_enough);
  EXPECT_GE(locked.load(), often_enough);
}

// Some moments, of which each is a little longer than the one before.
void spin(std::uint64_t moments) {
  for (std::atomic<std::uint64_t> done{0}; done.load() < moments; ++done) {
  }
}

// Each stop is met by a mutex that is due, is on its way or is not yet given back; after it the mutex is free.
TEST(ConsumedMutexStress, AfterAStopTheMutexIsFreeWhateverTheStopMet_A6_D1) {
  std::atomic<std::uint64_t> ran{0}, not_taken{0};
  q::thread_pool pool({.running = 1});
  const auto begun = steady_clock::now();
  for (std::uint64_t round = 0; goes_on(begun, ran, not_taken); ++round) {
    q::mutex mutex;
    std::uint64_t calls = 0;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++calls;
      scope.set_on_return(mutex);
    });
    mutex.lock();
    wait.arm(mutex);
    std::atomic<bool> stopping{false};
    std::thread stopper([&] {
      stopping = true;
      spin(round % 64 * 16);
      wait.stop();
    });
    while (round % 2 == 0 && !stopping) std::this_thread::yield();
    spin(round / 64 % 64 * 16);
    mutex.unlock();
    stopper.join();
    ASSERT_EQ(q::try_wait(mutex).status, q::wait_status::signalled) << round;
    mutex.unlock();
    (calls == 1 ? ran : not_taken) += 1;
  }
  std::printf("ran %lu, not taken %lu\n", ran.load(), not_taken.load());
  EXPECT_GE(ran.load(), often_enough);
  EXPECT_GE(not_taken.load(), often_enough);
}

// Two threads drop what is due, one of them waits without dropping too: whoever returns finds the mutex free or its own.
TEST(ConsumedMutexStress, WhoeverWaitsForACallbackThatIsTakenBackFindsTheMutexFree_A6_D5) {
  std::atomic<std::uint64_t> taken_back{0}, ran{0}, round_of_other{0};
  q::thread_pool pool({.running = 1});
  const auto begun = steady_clock::now();
  for (std::uint64_t round = 1; goes_on(begun, taken_back, ran); ++round) {
    q::mutex mutex;
    std::atomic<int> calls{0};
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++calls;
      scope.set_on_return(mutex);
    });
    if (round % 2 == 0) {
      pool.post([&, round] { EXPECT_TRUE(support::eventually([&] { return round_of_other >= round; })); });
    }
    wait.arm(mutex);
    std::thread other([&] {
      round_of_other = round;
      spin(round % 64 * 16);
      if (round % 8 == 1) static_cast<void>(support::eventually([&] { return calls.load() != 0; }));
      wait.wait_for_callbacks(q::pending::cancel);
    });
    wait.wait_for_callbacks();
    ASSERT_EQ(q::try_wait(mutex).status, q::wait_status::signalled) << round;
    mutex.unlock();
    other.join();
    (calls == 1 ? ran : taken_back) += 1;
  }
  std::printf("taken back %lu, ran %lu\n", taken_back.load(), ran.load());
  EXPECT_GE(taken_back.load(), often_enough);
  EXPECT_GE(ran.load(), often_enough);
}

}  // namespace
