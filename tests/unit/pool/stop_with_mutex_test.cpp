// Stops by threads that own mutexes, whose callbacks wait for them, which are no deadlocks: nothing is reported.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::waiters_of;

// This thread owns the mutex and stops a work whose callback then waits for it in `take`, and has to come back by itself.
void hold_and_stop(q::mutex& mutex, const std::function<void()>& take) {
  q::thread_pool pool({.running = 1});
  std::unique_ptr<q::pool_work> work;
  work = std::make_unique<q::pool_work>(pool, [&] {
    ASSERT_TRUE(eventually([&] { return waiters_of::any(work->stopped()); }));
    take();
  });
  mutex.lock();
  work->submit();
  EXPECT_EQ(work->stop().status, q::stop_status::stopped);
  mutex.unlock();
}

TEST(StopWithMutex, ACallbackThatWaitsWithALimitIsWaitedFor_D6) {
  q::mutex mutex;
  bool is_taken = true;
  hold_and_stop(mutex, [&] { is_taken = mutex.try_lock_for(5ms); });
  EXPECT_FALSE(is_taken);
  q::wait_result result{};
  const q::manual_reset_event there(true);
  hold_and_stop(mutex, [&] { result = q::wait_all_for({there, mutex}, 5ms); });
  EXPECT_EQ(result.status, q::wait_status::timed_out);
}

TEST(StopWithMutex, ACallbackWhoseWaitCanBeStoppedIsWaitedFor_D6) {
  q::mutex mutex;
  std::stop_source source;
  q::wait_result result{};
  std::jthread ender([&] {
    eventually([&] { return waiters_of::any(mutex); });
    source.request_stop();
  });
  hold_and_stop(mutex, [&] { result = q::wait(mutex, source.get_token()); });
  EXPECT_EQ(result.status, q::wait_status::stopped);
}

TEST(StopWithMutex, ACallbackThatSomethingElseMayReleaseIsWaitedFor_D6) {
  q::mutex mutex;
  q::auto_reset_event event;
  q::wait_result result{};
  std::jthread setter([&] {
    eventually([&] { return waiters_of::any(event); });
    event.set();
  });
  hold_and_stop(mutex, [&] { result = q::wait_any({mutex, event}); });
  EXPECT_EQ(result.index, 1u);
}

TEST(StopWithMutex, AStopWithALimitGivesUpAndTheMutexCanBeGivenBack_D6_D8) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex;
  bool has_run = false;
  q::pool_work work(pool, [&] {
    const std::lock_guard hold(mutex);
    has_run = true;
  });
  mutex.lock();
  work.submit();
  ASSERT_TRUE(eventually([&] { return waiters_of::any(mutex); }));
  EXPECT_EQ(work.stop_for(5ms).status, q::stop_status::timed_out);
  EXPECT_EQ(pool.stop_for(5ms).status, q::stop_status::timed_out);
  mutex.unlock();
  EXPECT_EQ(work.stop().status, q::stop_status::stopped);
  EXPECT_TRUE(has_run);
}

// The callback that is due needs a thread, and the only one waits for the mutex of the stopping thread in another callback.
void stop_what_is_due(bool stop_comes_second) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex;
  std::atomic<bool> runs{false};
  std::atomic<int> ran{0};
  q::pool_work due(pool, [&] { ++ran; });
  mutex.lock();
  pool.post([&] {
    runs = true;
    if (!stop_comes_second) {
      EXPECT_TRUE(eventually([&] { return waiters_of::any(due.stopped()); }));
    }
    const std::lock_guard hold(mutex);
  });
  ASSERT_TRUE(eventually([&] { return stop_comes_second ? waiters_of::any(mutex) : runs.load(); }));
  due.submit();
  const q::stop_result answer = due.stop();
  EXPECT_EQ(answer.status, q::stop_status::stopped);
  EXPECT_EQ(answer.dropped, 1u);
  mutex.unlock();
  EXPECT_EQ(pool.stop().status, q::stop_status::stopped);
  EXPECT_EQ(ran, 0);
}

TEST(StopWithMutex, WhatIsOnlyDueIsTakenBackWhenTheThreadThatCouldRunItWaitsForTheMutex_D6_D8) {
  stop_what_is_due(true);
  stop_what_is_due(false);
}

// What a pool refuses since it is stopping is destroyed, and the stop does not wait for that.
TEST(StopWithMutex, AStopOfAPoolIsNotHeldUpByTheDestructionOfWhatThePoolRefused_D6) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex;
  std::atomic<bool> go_on{false};
  struct locks_at_its_end {
    q::mutex& mutex;
    ~locks_at_its_end() { const std::lock_guard hold(mutex); }
  };
  pool.post([&] { EXPECT_TRUE(eventually([&] { return go_on.load(); })); });
  mutex.lock();
  pool.request_stop();
  std::thread refused(
      [&] { const q::pool_work work(pool, [captured = std::make_unique<locks_at_its_end>(mutex)] {}); });
  EXPECT_TRUE(eventually([&] { return waiters_of::any(mutex); }));
  std::thread releaser([&] {
    EXPECT_TRUE(eventually([&] { return waiters_of::any(pool.stopped()); }));
    go_on = true;
  });
  EXPECT_EQ(pool.stop().status, q::stop_status::stopped);
  mutex.unlock();
  refused.join();
  releaser.join();
}

// The owner is a thread that waits for nothing of these, and gives the mutex back later.
TEST(StopWithMutex, ACallbackThatWaitsForTheMutexOfAnotherThreadIsWaitedFor_D6) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex, own;
  q::pool_work work(pool, [&] { const std::lock_guard hold(mutex); });
  std::atomic<bool> is_owned{false};
  std::jthread owner([&] {
    const std::lock_guard hold(mutex);
    is_owned = true;
    eventually([&] { return waiters_of::any(mutex) && waiters_of::any(work.stopped()); });
  });
  ASSERT_TRUE(eventually([&] { return is_owned.load(); }));
  own.lock();
  work.submit();
  EXPECT_EQ(work.stop().status, q::stop_status::stopped);
  own.unlock();
}

// What the stopping thread owns it has given back before it stops; who took it since goes on. Each round meets the callback
// at another place.
TEST(StopWithMutex, AMutexThatWasGivenBackBeforeTheStopIsNoDeadlock_D6) {
  q::thread_pool pool({.running = 2});
  q::mutex mutex, kept;
  kept.lock();
  for (int round = 0; round < 2000; ++round) {
    int calls = 0;
    q::pool_work work(pool, [&] {
      const std::lock_guard hold(mutex);
      ++calls;
    });
    mutex.lock();
    work.submit();
    for (int turn = round % 5; turn > 0; --turn) std::this_thread::yield();
    mutex.unlock();
    work.stop();
    ASSERT_EQ(calls, 1) << round;
  }
  kept.unlock();
}

// Of a lock that is not this library's nobody knows who holds it. So the stop cannot say that it waits for ever, but whoever
// looks is told for whom.
TEST(StopWithMutex, ACallbackThatWaitsForAForeignLockIsNamedWhenTheStopGivesUp_D6_D8) {
  q::thread_pool pool({.running = 1});
  std::mutex foreign;
  q::manual_reset_event begun;
  std::atomic<std::uint64_t> thread{0};
  q::pool_work work(pool,
                    [&] {
                      thread = static_cast<std::uint64_t>(::gettid());
                      begun.set();
                      const std::lock_guard hold(foreign);
                    },
                    {.name = "refill"});
  {
    const std::lock_guard hold(foreign);
    work.submit();
    ASSERT_TRUE(q::wait_for(begun, 30s));
    EXPECT_EQ(work.stop_for(5ms).status, q::stop_status::timed_out);
    for (const auto& running : {work.in_flight(), pool.drain(0s)}) {
      ASSERT_EQ(running.size(), 1u);
      EXPECT_EQ(running[0].name, "refill");
      EXPECT_EQ(running[0].thread, thread.load());
    }
    EXPECT_EQ(pool.stop_for(5ms).status, q::stop_status::timed_out);
  }
  EXPECT_EQ(work.stop().status, q::stop_status::stopped);
  EXPECT_TRUE(work.in_flight().empty());
}

TEST(StopWithMutex, ACallbackThatWaitsForAForeignLockIsNamedToOthersWhileTheStopHangs_D6_D8) {
  q::thread_pool pool({.running = 1});
  std::timed_mutex foreign;
  std::atomic<bool> gives_up{false};
  q::manual_reset_event begun;
  q::pool_work work(pool,
                    [&] {
                      begun.set();
                      while (!foreign.try_lock_for(1ms)) {
                        if (gives_up) return;  // or nothing would ever end this
                      }
                      foreign.unlock();
                    },
                    {.name = "refill"});
  std::atomic<bool> has_stopped{false};
  std::jthread stopper([&] {
    const std::lock_guard hold(foreign);
    work.submit();
    static_cast<void>(q::wait(begun));
    work.stop();
    has_stopped = true;
  });
  const bool waits = eventually([&] { return waiters_of::any(work.stopped()); });
  const std::vector<q::callback_info> running = work.in_flight();
  const bool hangs = !has_stopped;
  gives_up = true;
  stopper.join();
  EXPECT_TRUE(waits && hangs && has_stopped);
  ASSERT_EQ(running.size(), 1u);
  EXPECT_EQ(running[0].name, "refill");
}

}  // namespace
