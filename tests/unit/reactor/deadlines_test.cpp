#include "reactor/deadlines.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "os/clock.hpp"

namespace {

using quiesce::deadline;
using quiesce::os::clock_id;
using quiesce::reactor::deadline_entry;
using quiesce::reactor::deadlines;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;

struct recorder : deadline_entry {
  bool claim_expiry() noexcept override {
    ++claims;
    return cares;
  }
  void tell_expiry() noexcept override {
    ++tells;
    if (on_tell) on_tell(*this);
  }

  bool cares = true;
  int claims = 0;
  int tells = 0;
  std::function<void(recorder&)> on_tell;
};

deadline long_past(clock_id clock = clock_id::steady) {
  return clock == clock_id::steady ? deadline(steady_clock::time_point(1ns)) : deadline(system_clock::time_point(1ns));
}
deadline in_an_hour() { return {1h}; }

// Waits as the reactor does, at most half a minute.
bool is_readable(const deadlines& all, clock_id clock, int milliseconds = 30'000) {
  pollfd one{.fd = all.descriptor(clock), .events = POLLIN, .revents = 0};
  return ::poll(&one, 1, milliseconds) == 1;
}

// What the reactor would do until nothing is due. Returns how many rounds that took.
int expire(deadlines& all, clock_id clock = clock_id::steady) {
  int rounds = 1;
  while (all.expire_due(clock, quiesce::os::now(clock))) ++rounds;
  return rounds;
}

TEST(Deadlines, NothingExpiresBeforeItsTimeHoweverOftenItIsLookedFor) {
  deadlines all;
  recorder one;
  const auto due = steady_clock::now() + 2ms;
  one.on_tell = [&](recorder&) { EXPECT_GE(steady_clock::now(), due); };
  all.schedule(one, due);
  while (one.tells == 0) expire(all);
  EXPECT_EQ(one.claims, 1);
  EXPECT_EQ(one.tells, 1);
}

TEST(Deadlines, AfterEachExpiryTheTimerIsSetToTheNext) {
  deadlines all;
  std::vector<recorder> entries(5);
  auto due = steady_clock::now();
  for (recorder& one : entries) all.schedule(one, due += 1ms);
  while (entries.back().tells == 0) {
    ASSERT_TRUE(is_readable(all, clock_id::steady));
    expire(all);
  }
  for (const recorder& one : entries) EXPECT_EQ(one.tells, 1);
}

TEST(Deadlines, ExpiringTooEarlyFindsNothingAndLosesNothing) {
  deadlines all;
  recorder one;
  all.schedule(one, 2ms);
  for (int i = 0; i < 3; ++i) expire(all);
  while (one.tells == 0) {
    ASSERT_TRUE(is_readable(all, clock_id::steady));
    expire(all);
  }
  EXPECT_EQ(one.tells, 1);
}

TEST(Deadlines, AMomentThatHasPassedExpiresAtOnceOnEitherClock) {
  for (const clock_id clock : {clock_id::steady, clock_id::system}) {
    deadlines all;
    recorder one;
    all.schedule(one, long_past(clock));
    ASSERT_TRUE(is_readable(all, clock));
    expire(all, clock);
    EXPECT_EQ(one.tells, 1);
  }
}

TEST(Deadlines, TheTwoClocksDoNotExpireEachOther) {
  deadlines all;
  recorder steady;
  recorder system;
  all.schedule(steady, long_past());
  all.schedule(system, long_past(clock_id::system));
  expire(all, clock_id::system);
  EXPECT_EQ(steady.tells, 0);
  EXPECT_EQ(system.tells, 1);
  expire(all, clock_id::steady);
  EXPECT_EQ(steady.tells, 1);
}

TEST(Deadlines, AreToldByDeadlineAndThenInTheOrderOfScheduling) {
  deadlines all;
  std::vector<const recorder*> told;
  std::vector<recorder> entries(300);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].on_tell = [&](recorder& self) { told.push_back(&self); };
    all.schedule(entries[i], steady_clock::time_point(std::chrono::nanoseconds(1 + i % 3)));
  }
  EXPECT_GT(expire(all), 1) << "so many hold up the descriptors";
  ASSERT_EQ(told.size(), entries.size());
  for (std::size_t i = 0; i < told.size(); ++i) EXPECT_EQ(told[i], &entries[i % 100 * 3 + i / 100]) << i;
}

TEST(Deadlines, ACancelledOneIsNeitherClaimedNorTold) {
  deadlines all;
  recorder cancelled;
  recorder kept;
  all.schedule(cancelled, long_past());
  all.schedule(kept, long_past());
  EXPECT_TRUE(all.cancel(cancelled));
  EXPECT_FALSE(all.cancel(cancelled));
  expire(all);
  EXPECT_EQ(cancelled.claims, 0);
  EXPECT_EQ(kept.tells, 1);
  EXPECT_FALSE(all.cancel(kept));
}

TEST(Deadlines, ARefusedClaimIsNotTold) {
  deadlines all;
  recorder one;
  one.cares = false;
  all.schedule(one, long_past());
  expire(all);
  EXPECT_EQ(one.claims, 1);
  EXPECT_EQ(one.tells, 0);
  all.schedule(one, in_an_hour());
  EXPECT_TRUE(all.cancel(one));
}

TEST(Deadlines, AnEntryMayBeScheduledAnewOrEndWhileItIsTold) {
  deadlines all;
  recorder again;
  auto gone = std::make_unique<recorder>();
  recorder last;
  again.on_tell = [&](recorder& self) {
    if (self.tells < 3) all.schedule(self, long_past());
  };
  gone->on_tell = [&](recorder&) { gone.reset(); };
  for (recorder* one : {&again, gone.get(), &last}) all.schedule(*one, long_past());
  for (int round = 0; round < 3; ++round) expire(all);
  EXPECT_EQ(again.tells, 3);
  EXPECT_EQ(gone, nullptr);
  EXPECT_EQ(last.tells, 1);
}

TEST(Deadlines, AClaimedEntryMayBeScheduledAndCancelledBeforeItIsTold) {
  deadlines all;
  recorder first;
  recorder second;
  recorder last;
  // All three are claimed when the first is told.
  first.on_tell = [&](recorder&) {
    EXPECT_FALSE(all.cancel(second));
    all.schedule(second, in_an_hour());
    EXPECT_TRUE(all.cancel(second));
    all.schedule(second, long_past());
  };
  for (recorder* one : {&first, &second, &last}) all.schedule(*one, long_past());
  EXPECT_FALSE(all.expire_due(clock_id::steady, quiesce::os::now(clock_id::steady)));
  EXPECT_EQ(second.tells, 1);
  EXPECT_EQ(last.tells, 1);
  expire(all);
  EXPECT_EQ(second.claims, 2);
  EXPECT_EQ(second.tells, 2);
}

TEST(Deadlines, AnEarlierOneSetsTheTimerForward) {
  deadlines all;
  recorder late;
  recorder early;
  all.schedule(late, in_an_hour());
  EXPECT_FALSE(is_readable(all, clock_id::steady, 0));
  all.schedule(early, long_past());
  EXPECT_TRUE(is_readable(all, clock_id::steady));
  expire(all);
  EXPECT_EQ(early.tells, 1);
  EXPECT_FALSE(is_readable(all, clock_id::steady, 0));
  EXPECT_TRUE(all.cancel(late));
}

TEST(Deadlines, ALaterOneDoesNotHoldUpAnEarlierOne) {
  deadlines all;
  recorder early;
  recorder late;
  all.schedule(early, 10ms);
  all.schedule(late, in_an_hour());
  while (early.tells == 0) {
    ASSERT_TRUE(is_readable(all, clock_id::steady));
    expire(all);
  }
  EXPECT_TRUE(all.cancel(late));
}

// Whoever expires them comes back at once.
TEST(Deadlines, TheTimerIsNotSetWhileMoreAreDue) {
  deadlines all;
  std::vector<recorder> entries(1000);
  for (recorder& one : entries) all.schedule(one, long_past());
  ASSERT_TRUE(is_readable(all, clock_id::steady));
  ASSERT_TRUE(all.expire_due(clock_id::steady, quiesce::os::now(clock_id::steady)));
  EXPECT_FALSE(is_readable(all, clock_id::steady, 10));
  expire(all);
  for (const recorder& one : entries) EXPECT_EQ(one.tells, 1);
}

TEST(Deadlines, AfterTheTimeOfACancelledOneTheNextIsStillKept) {
  deadlines all;
  recorder cancelled;
  recorder next;
  all.schedule(cancelled, long_past());
  EXPECT_TRUE(all.cancel(cancelled));
  ASSERT_TRUE(is_readable(all, clock_id::steady)) << "the price of a cancel without a system call";
  expire(all);
  EXPECT_FALSE(is_readable(all, clock_id::steady, 0));
  all.schedule(next, 1ms);
  while (next.tells == 0) {
    ASSERT_TRUE(is_readable(all, clock_id::steady));
    expire(all);
  }
}

TEST(Deadlines, TheFarthestMomentIsHarmless) {
  deadlines all;
  recorder one;
  all.schedule(one, steady_clock::time_point(std::chrono::nanoseconds::max() - 1ns));
  expire(all);
  EXPECT_FALSE(is_readable(all, clock_id::steady, 0));
  EXPECT_TRUE(all.cancel(one));
}

TEST(DeadlinesDeathTest, ABugOfTheHoldersIsSaid) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        deadlines all;
        recorder one;
        all.schedule(one, quiesce::never);
      },
      "never comes");
  EXPECT_DEATH(
      {
        deadlines all;
        recorder one;
        all.schedule(one, in_an_hour());
        all.schedule(one, in_an_hour());
      },
      "scheduled already");
}

}  // namespace
