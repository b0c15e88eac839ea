// Waits that stand in the graph of waits, and come and go all the time: nobody hangs, and nothing is reported that is no
// deadlock.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/rounds.hpp"

namespace {

namespace q = quiesce;

void yield_for(int turns) {
  for (; turns > 0; --turns) std::this_thread::yield();
}

// The callback on each of two pools of one thread stops what is due on the other; or one of them is through before.
TEST(StopAcrossPoolsStress, NobodyHangsAndWhatIsDueRunsOrIsTakenBack_D8_D3) {
  const std::uint64_t wished = 100;
  std::uint64_t circles = 0, others = 0;
  q::thread_pool a({.running = 1}), b({.running = 1});
  for (support::rounds_until_met rounds(1000); rounds.go_on(circles >= wished);) {
    const int round = rounds.number();
    std::atomic<std::size_t> ran{0};
    std::atomic<int> here{0}, ended{0};
    const auto meet = [&] {  // mostly: else one of them may be through before the other begins
      ++here;
      if (round % 4 != 0) static_cast<void>(support::eventually([&] { return here == 2; }));
    };
    q::pool_work on_a(a, [&] { ++ran; }), on_b(b, [&] { ++ran; });
    q::stop_result of_a{}, of_b{};
    std::atomic<std::size_t> due{0};
    a.post([&] {
      due += on_a.submit() == q::post_status::queued ? 1 : 0;
      meet();
      yield_for(round % 3);
      of_b = on_b.stop();
      ++ended;
    });
    b.post([&] {
      due += on_b.submit() == q::post_status::queued ? 1 : 0;
      meet();
      yield_for(round % 5);
      of_a = on_a.stop();
      ++ended;
    });
    ASSERT_TRUE(support::eventually([&] { return ended == 2; })) << round;
    on_a.stop();
    on_b.stop();
    ASSERT_EQ(ran + of_a.dropped + of_b.dropped, due) << round;
    (of_a.dropped + of_b.dropped != 0 ? circles : others) += 1;  // nothing else drops any
  }
  std::printf("circles %lu, one after the other %lu\n", circles, others);
  EXPECT_GE(circles, wished);
}

// The stopping thread owns a mutex, and gives the one that the callbacks take back just before it stops; another thread
// takes that too.
TEST(StopWithMutexStress, WhatIsNoDeadlockIsNeverReported_D6) {
  const std::uint64_t wished = 100;
  std::atomic<std::uint64_t> had_to_wait{0};
  q::thread_pool pool({.running = 2, .maximum = 2});
  q::mutex mutex, kept;
  std::atomic<bool> is_over{false};
  std::thread other([&] {
    while (!is_over) {
      const std::lock_guard hold(mutex);
      std::this_thread::yield();
    }
  });
  const std::lock_guard keep(kept);
  int guarded = 0, calls = 0;
  for (support::rounds_until_met rounds(2000); rounds.go_on(had_to_wait >= wished);) {
    q::pool_work work(pool,
                      [&] {
                        if (!mutex.try_lock()) {
                          ++had_to_wait;
                          mutex.lock();
                        }
                        ++guarded;
                        mutex.unlock();
                      },
                      {.overlap = true});
    mutex.lock();
    for (int i = 0; i < 3; ++i, ++calls) work.submit();
    yield_for(rounds.number() % 4);
    mutex.unlock();
    ASSERT_EQ(work.stop().status, q::stop_status::stopped);
  }
  is_over = true;
  other.join();
  std::printf("callbacks %d, of which had to wait %lu\n", calls, had_to_wait.load());
  EXPECT_EQ(guarded, calls);
  EXPECT_GE(had_to_wait, wished);
}

}  // namespace
