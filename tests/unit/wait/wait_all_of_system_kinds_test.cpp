// A wait for all over what the system signals: it takes what has been recorded, together with the rest or not at all.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/queued_waiters.hpp"
#include "support/scratch_folder.hpp"
#include "support/sockets.hpp"
#include "support/take.hpp"
#include "support/waiting_for_all.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::take;
using support::waiting_for_all;

class WaitAllOfSystemKinds : public testing::Test {
 protected:
  void change(const std::string& name) const { std::filesystem::create_directory(directory_ / name); }

  support::scratch_folder scratch_;
  std::filesystem::path directory_ = scratch_.path();
  q::auto_reset_event event_;
};

TEST_F(WaitAllOfSystemKinds, AnArrivedSignalIsTakenWithTheEventOrStays_B3) {
  const q::os_signal arrived(SIGUSR1);
  waiting_for_all waiter({arrived, event_});
  ASSERT_TRUE(waiter.is_queued());
  ::raise(SIGUSR1);
  EXPECT_TRUE(eventually([&] { return take(arrived); })) << "it is not held up by the wait for all";
  event_.set();
  EXPECT_FALSE(waiter.has_ended());
  ::raise(SIGUSR1);
  EXPECT_EQ(waiter.result().status, q::wait_status::signalled);
  EXPECT_FALSE(take(arrived));
  EXPECT_FALSE(take(event_));
}

TEST_F(WaitAllOfSystemKinds, AChangeIsTakenWithTheEventOrStays_B3) {
  const q::file_watch changed(directory_);
  waiting_for_all waiter({event_, changed});
  ASSERT_TRUE(waiter.is_queued());
  change("first");
  EXPECT_TRUE(eventually([&] { return take(changed); })) << "it is not held up by the wait for all";
  event_.set();
  EXPECT_FALSE(waiter.has_ended());
  change("second");
  EXPECT_EQ(waiter.result().status, q::wait_status::signalled);
  EXPECT_FALSE(take(changed)) << "making a directory is one change";
  EXPECT_FALSE(take(event_));
}

TEST_F(WaitAllOfSystemKinds, WhatIsRecordedOfBothIsTakenAtOnceWhenTheEventIsSet_B3_B5) {
  const q::os_signal arrived(SIGUSR1);
  const q::file_watch changed(directory_);
  ::raise(SIGUSR1);
  change("new");
  EXPECT_EQ(q::wait_all_for({arrived, changed, event_}, 1ms).status, q::wait_status::timed_out);
  event_.set();
  EXPECT_EQ(q::wait_all_for({arrived, changed, event_}, 30s).status, q::wait_status::signalled);
  EXPECT_FALSE(take(arrived));
  EXPECT_FALSE(take(changed));
  EXPECT_FALSE(take(event_));
}

// The kernel's report of the descriptor was used up for the wait for all.
TEST_F(WaitAllOfSystemKinds, DoesNotHoldUpABlockedWaitForADescriptor_B3) {
  const support::sockets pair, others;
  const q::descriptor readable(pair[0], q::descriptor::readiness::readable);
  const q::descriptor reported_later(others[0], q::descriptor::readiness::readable);
  waiting_for_all waiter({event_, readable});
  support::queued_waiters later(reported_later);
  ASSERT_TRUE(waiter.is_queued() && later.add());
  pair.write(1);
  others.write(1);
  ASSERT_TRUE(eventually([&] { return later.ended() == 1; }));
  ASSERT_TRUE(pair.read(0));
  support::queued_waiters behind(readable);
  ASSERT_TRUE(behind.add());
  pair.write(1);
  EXPECT_TRUE(eventually([&] { return behind.ended() == 1; }));
  EXPECT_FALSE(waiter.has_ended());
}

}  // namespace
