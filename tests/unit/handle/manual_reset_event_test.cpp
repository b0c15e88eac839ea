#include "quiesce/manual_reset_event.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/queued_waiters.hpp"
#include "support/take.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using support::eventually;
using support::queued_waiters;
using support::take;
using support::waiters_of;

TEST(ManualResetEvent, StaysSignalledThroughWaitsUntilItIsReset) {
  q::manual_reset_event event(true);
  EXPECT_TRUE(take(event));
  EXPECT_TRUE(take(event));
  event.reset();
  EXPECT_FALSE(take(event));
  event.set();
  event.set();
  EXPECT_TRUE(take(event));
  event.reset();
  EXPECT_FALSE(take(event)) << "two sets and one reset";
}

TEST(ManualResetEvent, IsUnsignalledUnlessItIsMadeSignalled) { EXPECT_FALSE(take(q::manual_reset_event())); }

TEST(ManualResetEvent, ASetReleasesAllWaitersInOneStep_A2) {
  q::manual_reset_event event;
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add(5));
  event.set();
  EXPECT_EQ(waiters_of::count(event), 0u);
  EXPECT_TRUE(eventually([&] { return waiters.all_signalled(); }));
  EXPECT_TRUE(take(event));
}

TEST(ManualResetEvent, ReleasedWaitersStayReleasedWhenTheEventIsReset_A2) {
  q::manual_reset_event event;
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add(4));
  event.set();
  event.reset();
  EXPECT_TRUE(eventually([&] { return waiters.all_signalled(); }));
  EXPECT_FALSE(take(event));
}

TEST(ManualResetEvent, ReleasedWaitersStayReleasedWhenTheLastHandleIsClosed_A2_A4) {
  auto event = std::make_unique<q::manual_reset_event>();
  queued_waiters waiters(*event);
  ASSERT_TRUE(waiters.add(4));
  event->set();
  event.reset();
  EXPECT_TRUE(eventually([&] { return waiters.all_signalled(); }));
}

// zfigura/wine#10: events that were made of descriptors got pulses wrong.
TEST(ManualResetEvent, APulseReleasesAllThatWaitAndLeavesItUnsignalled_A3) {
  q::manual_reset_event event;
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add(4));
  event.pulse();
  EXPECT_FALSE(take(event));
  EXPECT_TRUE(eventually([&] { return waiters.all_signalled(); }));
}

TEST(ManualResetEvent, APulseDoesNotReleaseWhoComesAfterIt_A3) {
  q::manual_reset_event event;
  event.pulse();
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add());
  waiters.stop(0);
  EXPECT_EQ(waiters.status(0), q::wait_status::stopped);
}

TEST(ManualResetEvent, APulseOfASignalledEventResetsIt_A3) {
  q::manual_reset_event event(true);
  event.pulse();
  EXPECT_FALSE(take(event));
}

TEST(ManualResetEvent, ResettingWhileOthersWaitChangesNothingForThem_A2) {
  q::manual_reset_event event;
  queued_waiters waiters(event);
  ASSERT_TRUE(waiters.add(2));
  event.reset();
  EXPECT_EQ(waiters_of::count(event), 2u);
  event.set();
  EXPECT_TRUE(eventually([&] { return waiters.all_signalled(); }));
}

TEST(ManualResetEvent, ASetReleasesWaitersForSeveralObjectsOnceEach_A2_B2) {
  q::manual_reset_event event;
  q::auto_reset_event other;
  std::atomic<std::size_t> indices{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { indices += q::wait_any({other, event, event}).index; });
  ASSERT_TRUE(eventually([&] { return waiters_of::count(event) == 6; }));
  event.set();
  threads.clear();
  EXPECT_EQ(indices.load(), 3u);
  EXPECT_FALSE(waiters_of::any(other));
  EXPECT_FALSE(waiters_of::any(event));
}

TEST(ManualResetEvent, ADuplicateHasALifetimeOfItsOwn_A4) {
  auto first = std::make_unique<q::manual_reset_event>();
  q::manual_reset_event second = first->duplicate();
  first->set();
  first.reset();
  EXPECT_TRUE(take(second));
  second.duplicate().reset();
  EXPECT_FALSE(take(second));
}

// neosmart/pevents#1: an event was destroyed while it was waited for.
TEST(ManualResetEvent, ClosingTheLastHandleWhileItIsWaitedForIsSafe_A4) {
  auto event = std::make_unique<q::manual_reset_event>();
  queued_waiters waiters(*event);
  ASSERT_TRUE(waiters.add(2));
  event.reset();
  waiters.stop(1);
  waiters.stop(0);
  EXPECT_EQ(waiters.status(0), q::wait_status::stopped);
}

TEST(ManualResetEvent, MayBeDestroyedByTheLastOfItsWaitersRightAfterItsWait_A2_A4) {
  struct shared_event {
    q::manual_reset_event event;
    std::atomic<int> left{2};
  };
  const int rounds = 500;
  std::atomic<int> ended{0};
  for (int round = 0; round < rounds; ++round) {
    auto* const shared = new shared_event;
    const auto wait = [shared, &ended] {
      if (q::wait(shared->event)) ++ended;
      if (--shared->left == 0) delete shared;
    };
    std::thread first(wait), second(wait);
    if (round % 2 == 0) eventually([shared] { return waiters_of::count(shared->event) == 2; });
    shared->event.set();
    first.join();
    second.join();
  }
  EXPECT_EQ(ended.load(), 2 * rounds);
}

}  // namespace
