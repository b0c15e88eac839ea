#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/queued_waiters.hpp"
#include "support/take.hpp"
#include "support/waiters_of.hpp"
#include "support/waiting_for_all.hpp"
#include "wait/queue_lock.hpp"
#include "wait/waiter.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::queued_waiters;
using support::take;
using support::waiters_of;

TEST(SignalAndWait, SignalsTheOneAndTakesTheOther_B4) {
  q::auto_reset_event automatic, go(true);
  q::manual_reset_event manual;
  q::semaphore semaphore(1);
  EXPECT_EQ(q::signal_and_wait(automatic, go).status, q::wait_status::signalled);
  EXPECT_TRUE(take(automatic));
  EXPECT_FALSE(take(go));
  go.set();
  EXPECT_EQ(q::signal_and_wait(manual, go).index, 0u);
  EXPECT_TRUE(take(manual));
  go.set();
  EXPECT_TRUE(q::signal_and_wait(semaphore, go));
  EXPECT_EQ(semaphore.release(0), 2u);
  for (const q::handle_ref object : {q::handle_ref(automatic), q::handle_ref(go), q::handle_ref(semaphore)}) {
    EXPECT_TRUE(q::object_word::is_plain(waiters_of::raw_word(object))) << "nothing stands still any more";
  }
}

TEST(SignalAndWait, UnlocksAMutexOnce_B4) {
  q::mutex mutex;
  q::semaphore go(2);
  mutex.lock();
  mutex.lock();
  EXPECT_TRUE(q::signal_and_wait(mutex, go));
  EXPECT_NE(waiters_of::raw_word(mutex), 0u) << "owned once more";
  EXPECT_TRUE(q::signal_and_wait(mutex, go));
  EXPECT_EQ(waiters_of::raw_word(mutex), 0u);
  std::thread([&] { EXPECT_TRUE(mutex.try_lock()); }).join();
  EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::abandoned);
  mutex.unlock();
}

// Stands in the queue of the object that is signalled. When it is told, the signaller has let go of all locks; what it
// stands for may have begun before, from the claim on.
class onlooker final : private q::wait_block {
 public:
  onlooker(q::handle_ref signalled, q::handle_ref waited_for) : waited_for_(waited_for) {
    place_.block = this;
    place_.object = signalled.object();
    q::queue_lock lock(*place_.object);
    lock.append(place_);
  }
  std::size_t waiters_at_claim() const { return waiters_at_claim_; }
  std::size_t waiters_seen() const { return waiters_seen_.load(); }

 private:
  claimed claim(q::waiter&, q::wait_status) noexcept override {
    waiters_at_claim_ = waiters_of::count(waited_for_);
    return claimed::tell;
  }
  void tell(q::waiter&) noexcept override { waiters_seen_ = waiters_of::count(waited_for_); }

  q::waiter place_;
  const q::handle_ref waited_for_;
  std::size_t waiters_at_claim_ = 0;
  std::atomic<std::size_t> waiters_seen_{0};
};

TEST(SignalAndWait, WhoeverIsReleasedFindsTheWaiterQueued_B4) {
  q::auto_reset_event event, answer;
  q::semaphore semaphore(0);
  for (const q::handle_ref signalled : {q::handle_ref(event), q::handle_ref(semaphore)}) {
    const onlooker released(signalled, answer);
    EXPECT_EQ(q::signal_and_wait_for(signalled, answer, 1ms).status, q::wait_status::timed_out);
    EXPECT_EQ(released.waiters_at_claim(), 1u);
    EXPECT_EQ(released.waiters_seen(), 1u);
  }
}

TEST(SignalAndWait, APulseByWhoeverIsReleasedIsNotMissed_B4) {
  q::auto_reset_event ping, pong;
  std::thread other([&] {
    for (int round = 0; round < 1000; ++round) {
      if (!q::wait_for(ping, 30s)) return;
      pong.pulse();
    }
  });
  for (int round = 0; round < 1000; ++round) {
    ASSERT_TRUE(q::signal_and_wait_for(ping, pong, 30s)) << "it was not yet queued in round " << round;
  }
  other.join();
}

TEST(SignalAndWait, ReleasesTheFirstWhoWaitsAndStoresNothing_B4) {
  q::auto_reset_event event, go(true);
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add(2));
  EXPECT_TRUE(q::signal_and_wait(event, go));
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(0); }));
  EXPECT_FALSE(waiters.has_ended(1));
  EXPECT_FALSE(take(event));
  EXPECT_EQ(waiters_of::raw_word(event), q::object_word::waiting);
}

TEST(SignalAndWait, TheSignalStaysHoweverTheWaitEnds_B4_B5) {
  q::semaphore signalled(0);
  q::auto_reset_event silent;
  std::stop_source stop;
  EXPECT_EQ(q::signal_and_wait_for(signalled, silent, 0s).status, q::wait_status::timed_out);
  EXPECT_EQ(signalled.release(0), 1u);
  const auto limit = std::chrono::steady_clock::now() + 2ms;
  const q::wait_result late = q::signal_and_wait_until(signalled, silent, limit);
  EXPECT_EQ(late.status, q::wait_status::timed_out);
  EXPECT_EQ(late.index, q::wait_result::none);
  EXPECT_GE(std::chrono::steady_clock::now(), limit);
  EXPECT_EQ(signalled.release(0), 2u);
  std::jthread stopper([&] {
    EXPECT_TRUE(eventually([&] { return waiters_of::any(silent); }));
    stop.request_stop();
  });
  EXPECT_EQ(q::signal_and_wait(signalled, silent, stop.get_token()).status, q::wait_status::stopped);
  EXPECT_EQ(signalled.release(0), 3u);
  EXPECT_EQ(waiters_of::raw_word(silent), 0u);
}

TEST(SignalAndWait, WhatIsThereWinsOverALimitThatHasPassedAndOverAStop_B5) {
  std::stop_source stop;
  stop.request_stop();
  q::semaphore signalled(0), there(3);
  EXPECT_TRUE(q::signal_and_wait_for(signalled, there, 0s));
  EXPECT_TRUE(q::signal_and_wait(signalled, there, stop.get_token()));
  EXPECT_TRUE(q::signal_and_wait_until(signalled, there, std::chrono::steady_clock::now() - 1s, stop.get_token()));
  EXPECT_EQ(q::signal_and_wait(signalled, there, stop.get_token()).status, q::wait_status::stopped);
  EXPECT_EQ(signalled.release(0), 4u);
}

TEST(SignalAndWait, BothMayBeTheSameObject_B4) {
  q::auto_reset_event event;
  EXPECT_TRUE(q::signal_and_wait(event, event.duplicate()));
  EXPECT_EQ(waiters_of::raw_word(event), 0u);
  q::semaphore semaphore(0);
  EXPECT_TRUE(q::signal_and_wait_for(semaphore, semaphore, 0s));
  EXPECT_EQ(semaphore.release(0), 0u);
  q::mutex mutex;
  mutex.lock();
  EXPECT_EQ(q::signal_and_wait(mutex, mutex).status, q::wait_status::signalled);
  mutex.unlock();
  EXPECT_EQ(waiters_of::raw_word(mutex), 0u);
}

TEST(SignalAndWait, OfTheSameObjectGoesBehindThoseWhoWait_B4) {
  q::mutex mutex;
  mutex.lock();
  std::jthread other([&] {
    mutex.lock();
    EXPECT_TRUE(eventually([&] { return waiters_of::count(mutex) == 1; })) << "the first owner waits for it now";
    mutex.unlock();
  });
  ASSERT_TRUE(eventually([&] { return waiters_of::any(mutex); }));
  EXPECT_TRUE(q::signal_and_wait_for(mutex, mutex, 30s));
  mutex.unlock();
  EXPECT_EQ(waiters_of::raw_word(mutex), 0u);
}

TEST(SignalAndWait, TakesAMutexOfItsOwnThoughOthersWaitForIt_A6_B4) {
  q::auto_reset_event event;
  q::mutex mutex;
  mutex.lock();
  std::jthread other([&] {
    mutex.lock();
    mutex.unlock();
  });
  EXPECT_TRUE(eventually([&] { return waiters_of::any(mutex); }));
  EXPECT_EQ(q::signal_and_wait_for(event, mutex, 0s).status, q::wait_status::signalled);
  EXPECT_TRUE(take(event));
  EXPECT_EQ(waiters_of::count(mutex), 1u);
  mutex.unlock();
  EXPECT_EQ(waiters_of::count(mutex), 1u) << "it was taken twice";
  mutex.unlock();
}

TEST(SignalAndWait, TheSameMutexAtItsDeepestIsGivenBackFirst_B4) {
  constexpr int most = 524287;
  q::mutex mutex;
  q::auto_reset_event event;
  for (int turn = 0; turn < most; ++turn) mutex.lock();
  EXPECT_TRUE(q::signal_and_wait(mutex, mutex));
  EXPECT_THROW(static_cast<void>(q::signal_and_wait(event, mutex)), std::logic_error);
  EXPECT_FALSE(take(event)) << "refused before the signal";
  for (int turn = 0; turn < most; ++turn) mutex.unlock();
}

TEST(SignalAndWait, AFullSemaphoreIsAnErrorAndNothingIsWaitedFor_A6_J4) {
  q::semaphore full(2, 2);
  q::auto_reset_event there(true);
  try {
    static_cast<void>(q::signal_and_wait(full, there));
    ADD_FAILURE() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::value_too_large);
  }
  EXPECT_EQ(full.release(0), 2u);
  EXPECT_TRUE(take(there)) << "it was not taken";
  EXPECT_THROW(static_cast<void>(q::signal_and_wait(full, there)), std::system_error) << "and does not block";
  EXPECT_THROW(static_cast<void>(q::signal_and_wait(full, full)), std::system_error);
  EXPECT_EQ(waiters_of::raw_word(there), 0u);
}

TEST(SignalAndWait, WhatTheCallerCannotSignalIsAnErrorAndNothingIsWaitedFor_A6_J4) {
  q::mutex free, owned;
  q::timer timer;
  q::auto_reset_event there(true);
  std::atomic<bool> locked{false}, go{false};
  std::thread owner([&] {
    owned.lock();
    locked = true;
    EXPECT_TRUE(eventually([&] { return go.load(); }));
    owned.unlock();
  });
  EXPECT_TRUE(eventually([&] { return locked.load(); }));
  const std::uint64_t before = waiters_of::raw_word(owned);
  for (const q::handle_ref object : {q::handle_ref(free), q::handle_ref(owned), q::handle_ref(timer)}) {
    EXPECT_THROW(static_cast<void>(q::signal_and_wait(object, there)), std::logic_error);
  }
  EXPECT_EQ(waiters_of::raw_word(owned), before);
  go = true;
  owner.join();
  EXPECT_EQ(waiters_of::raw_word(free), 0u);
  EXPECT_FALSE(take(timer));
  EXPECT_TRUE(take(there));
}

TEST(SignalAndWait, ItsSignalCompletesAWaitForAllBeforeItLooksItself_B3_B4) {
  q::auto_reset_event signalled, shared(true);
  support::waiting_for_all all({signalled, shared});
  ASSERT_TRUE(all.is_queued());
  EXPECT_EQ(q::signal_and_wait_for(signalled, shared, 0s).status, q::wait_status::timed_out);
  EXPECT_TRUE(all.result());
  EXPECT_FALSE(take(signalled));
  EXPECT_FALSE(take(shared));
}

TEST(SignalAndWait, WaitsForAMutexAProcessOrATimerLikeAnyWait_A1_B4) {
  q::auto_reset_event signalled;
  q::mutex mutex;
  std::thread([&] { mutex.lock(); }).join();
  EXPECT_EQ(q::signal_and_wait(signalled, mutex).status, q::wait_status::abandoned);
  mutex.unlock();
  q::process child = q::process::spawn({"true"});
  EXPECT_TRUE(q::signal_and_wait_for(signalled, child, 30s));
  q::timer timer;
  timer.set(1ms);
  EXPECT_TRUE(q::signal_and_wait_for(signalled, timer, 30s));
}

}  // namespace
