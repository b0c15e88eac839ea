#include "quiesce/auto_reset_event.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/queued_waiters.hpp"
#include "support/take.hpp"
#include "support/waiters_of.hpp"
#include "wait/queue_lock.hpp"
#include "wait/waiter.hpp"

namespace {

namespace q = quiesce;
using support::eventually;
using support::queued_waiters;
using support::take;
using support::waiters_of;

TEST(AutoResetEvent, IsUnsignalledUnlessItIsMadeSignalled) {
  const q::auto_reset_event silent;
  const q::auto_reset_event ready(true);
  EXPECT_FALSE(take(silent));
  EXPECT_TRUE(take(ready));
  EXPECT_FALSE(take(ready)) << "the first wait resets it";
}

TEST(AutoResetEvent, TwoSetsWithNobodyWaitingMergeIntoOneSignal_A2) {
  q::auto_reset_event event;
  event.set();
  event.set();
  EXPECT_TRUE(take(event));
  EXPECT_FALSE(take(event));
}

TEST(AutoResetEvent, ResetThrowsAStoredSignalAway) {
  q::auto_reset_event event(true);
  event.reset();
  EXPECT_FALSE(take(event));
  event.reset();
  event.set();
  EXPECT_TRUE(take(event));
}

TEST(AutoResetEvent, ASetWithTwoWaitersReleasesTheFirst_A2) {
  q::auto_reset_event event;
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add(2));
  event.set();
  EXPECT_EQ(waiters_of::count(event), 1u) << "the set itself takes the waiter out of the queue";
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(0); }));
  EXPECT_EQ(waiters.status(0), q::wait_status::signalled);
  EXPECT_FALSE(waiters.has_ended(1));
  EXPECT_FALSE(take(event)) << "the signal was handed over and stored as well";
}

TEST(AutoResetEvent, EverySetReleasesTheNextInTheOrderOfTheirComing_A2) {
  constexpr std::size_t all = 5;
  q::auto_reset_event event;
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add(all));
  for (std::size_t turn = 0; turn < all; ++turn) {
    event.set();
    ASSERT_TRUE(eventually([&] { return waiters.has_ended(turn); }));
    EXPECT_EQ(waiters.ended(), turn + 1);
    EXPECT_EQ(waiters_of::count(event), all - turn - 1);
  }
  EXPECT_TRUE(waiters.all_signalled());
  EXPECT_FALSE(waiters_of::any(event));
}

TEST(AutoResetEvent, TwoSetsAtOnceReleaseTwoOfThreeWaiters_A2) {
  q::auto_reset_event event;
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add(3));
  event.set();
  event.set();
  EXPECT_EQ(waiters_of::count(event), 1u);
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(0) && waiters.has_ended(1); }));
  EXPECT_FALSE(waiters.has_ended(2));
}

TEST(AutoResetEvent, AReleasedWaiterStaysReleasedWhenTheEventIsResetOrPulsed_A2) {
  q::auto_reset_event event;
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add());
  event.set();
  event.reset();
  event.pulse();
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(0); }));
  EXPECT_EQ(waiters.status(0), q::wait_status::signalled);
}

TEST(AutoResetEvent, AReleasedWaiterStaysReleasedWhenTheLastHandleIsClosed_A2_A4) {
  auto event = std::make_unique<q::auto_reset_event>();
  queued_waiters waiters(*event);
  ASSERT_TRUE(waiters.add());
  event->set();
  event.reset();
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(0); }));
  EXPECT_EQ(waiters.status(0), q::wait_status::signalled);
}

// A wait that has ended without a signal, and has not yet left the queue.
class ended_wait final : private q::wait_block {
 public:
  explicit ended_wait(q::handle_ref object) {
    place_.block = this;
    place_.object = object.object();
    q::queue_lock lock(*place_.object);
    lock.append(place_);
  }

 private:
  claimed claim(q::waiter&, q::wait_status) noexcept override { return claimed::lost; }
  void tell(q::waiter&) noexcept override { ADD_FAILURE() << "nobody is to be told"; }

  q::waiter place_;
};

TEST(AutoResetEvent, AWaiterWhoseWaitHasEndedIsPassedOverThoughHeStandsInTheQueue_B5) {
  q::auto_reset_event event;
  const ended_wait alone(event);
  event.set();
  ASSERT_TRUE(take(event)) << "the signal is stored";

  const ended_wait first(event);
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add());
  event.set();
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(0); }));
  EXPECT_EQ(waiters.status(0), q::wait_status::signalled);
}

TEST(AutoResetEvent, AWaiterThatWasStoppedIsPassedOver_B5) {
  q::auto_reset_event event;
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add(2));
  waiters.stop(0);
  EXPECT_EQ(waiters.status(0), q::wait_status::stopped);
  event.set();
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(1); }));
  EXPECT_EQ(waiters.status(1), q::wait_status::signalled);
}

TEST(AutoResetEvent, APulseReleasesTheFirstOfManyAndLeavesTheEventUnsignalled_A3) {
  q::auto_reset_event event;
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add(3));
  event.pulse();
  EXPECT_EQ(waiters_of::count(event), 2u);
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(0); }));
  EXPECT_EQ(waiters.status(0), q::wait_status::signalled);
  EXPECT_EQ(waiters.ended(), 1u);
  event.pulse();
  event.pulse();
  ASSERT_TRUE(eventually([&] { return waiters.all_signalled(); }));
  EXPECT_FALSE(take(event));
}

TEST(AutoResetEvent, APulseWithNobodyWaitingIsForgottenAndTakesAStoredSignal_A3) {
  q::auto_reset_event event;
  event.pulse();
  EXPECT_FALSE(take(event));
  event.set();
  event.pulse();
  EXPECT_FALSE(take(event));
}

TEST(AutoResetEvent, ADuplicateHasALifetimeOfItsOwn_A4) {
  auto first = std::make_unique<q::auto_reset_event>();
  q::auto_reset_event second = first->duplicate();
  first->set();
  first.reset();
  EXPECT_TRUE(take(second));
  second.set();
  EXPECT_TRUE(take(second.duplicate()));
}

TEST(AutoResetEvent, ClosingTheLastHandleWhileItIsWaitedForIsSafe_A4) {
  auto event = std::make_unique<q::auto_reset_event>();
  queued_waiters waiters(*event);
  ASSERT_TRUE(waiters.add(2));
  event.reset();
  waiters.stop(0);
  waiters.stop(1);
  EXPECT_EQ(waiters.status(0), q::wait_status::stopped);
  EXPECT_EQ(waiters.status(1), q::wait_status::stopped);
}

TEST(AutoResetEvent, MayBeDestroyedByTheWaiterRightAfterItsWait_A2_A4) {
  std::atomic<q::auto_reset_event*> offered{nullptr};
  const int rounds = 2000;
  std::thread setter([&] {
    for (int round = 0; round < rounds; ++round) {
      offered.wait(nullptr);
      // Read first: the event may be gone before set() has returned, and a new one offered.
      offered.exchange(nullptr)->set();
    }
  });
  int ended = 0;
  for (int round = 0; round < rounds; ++round) {
    auto event = std::make_unique<q::auto_reset_event>();
    offered = event.get();
    offered.notify_one();
    if (round % 2 == 0) eventually([&] { return offered.load() == nullptr; });
    if (q::wait(*event)) ++ended;
    event.reset();
  }
  setter.join();
  EXPECT_EQ(ended, rounds);
}

}  // namespace
