#include "quiesce/timer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <utility>

#include "quiesce/manual_reset_event.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/process_state.hpp"
#include "support/queued_waiters.hpp"
#include "support/rounds.hpp"
#include "wait/queue_lock.hpp"
#include "wait/waiter.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST(Timer, IsUnsignalledUntilItIsSet_A1) {
  q::timer timer;
  EXPECT_EQ(q::try_wait(timer).status, q::wait_status::timed_out);
}

TEST(Timer, SignalsAtItsTimeAndNotBefore_A1_B6) {
  q::timer timer;
  const auto due = steady_clock::now() + 20ms;
  timer.set(due);
  EXPECT_TRUE(q::wait_for(timer, 30s));
  EXPECT_GE(steady_clock::now(), due);
}

TEST(Timer, OnTheSystemClockItIsNotEarlyEither_B6) {
  q::timer timer;
  const auto due = std::chrono::system_clock::now() + 20ms;
  timer.set(due);
  EXPECT_TRUE(q::wait_for(timer, 30s));
  EXPECT_GE(std::chrono::system_clock::now(), due);
}

TEST(Timer, AnAutomaticOneIsTakenByTheWaitThatItEnds_A1) {
  q::timer timer;
  timer.set(1ms);
  EXPECT_TRUE(q::wait_for(timer, 30s));
  EXPECT_FALSE(q::try_wait(timer));
}

TEST(Timer, AManualOneStaysSignalledUntilItIsSetAgain_A1) {
  q::timer timer(q::timer::reset::manual);
  timer.set(1ms);
  EXPECT_TRUE(q::wait_for(timer, 30s));
  EXPECT_TRUE(q::try_wait(timer));
  timer.set(q::never);
  EXPECT_FALSE(q::try_wait(timer));
}

TEST(Timer, AMomentThatHasPassedSignalsBeforeSetReturns_A1) {
  q::timer timer;
  timer.set(steady_clock::now() - 1s);
  EXPECT_TRUE(q::try_wait(timer));
  timer.set(0s);
  EXPECT_TRUE(q::try_wait(timer));
  timer.set(std::chrono::system_clock::now() - 24h);
  EXPECT_TRUE(q::try_wait(timer));
}

TEST(Timer, AMomentThatHasPassedReleasesWhoWaitsAlready_A1) {
  q::timer timer;
  support::queued_waiters waiters(timer);
  ASSERT_TRUE(waiters.add());
  timer.set(0s);
  EXPECT_TRUE(eventually([&] { return waiters.ended() == 1; }));
}

TEST(Timer, APeriodicOneSignalsAgainAndAgain_A1) {
  q::timer timer;
  const auto begin = steady_clock::now();
  timer.set(5ms, 5ms);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(q::wait_for(timer, 30s)) << i;
  EXPECT_GE(steady_clock::now() - begin, 20ms) << "the fourth expiration is due after four periods";
}

TEST(Timer, APeriodicOneThatIsLateAlreadySignalsNowAndKeepsItsPeriod_A1) {
  q::timer timer;
  timer.set(steady_clock::now() - 1h, 1ms);
  EXPECT_TRUE(q::try_wait(timer));
  EXPECT_TRUE(q::wait_for(timer, 30s)) << "the periods that were missed merge, the next one comes";
}

TEST(Timer, TheLongestPeriodDoesNotComeAgain_B6) {
  q::timer timer;
  for (const auto period : {std::chrono::nanoseconds::max(), std::chrono::nanoseconds::max() - 1ns}) {
    timer.set(0s, period);
    EXPECT_TRUE(q::try_wait(timer));
    EXPECT_EQ(q::wait_for(timer, 10ms).status, q::wait_status::timed_out);
  }
}

TEST(Timer, CancelTakesTheArmingBackAndKeepsAStoredSignal_A1) {
  q::timer timer;
  timer.set(1h);
  timer.cancel();
  EXPECT_FALSE(q::try_wait(timer));
  timer.set(0s);
  timer.cancel();
  EXPECT_TRUE(q::try_wait(timer));
}

TEST(Timer, SettingAgainReplacesTheEarlierArmingAndItsSignal_A1) {
  q::timer timer;
  timer.set(0s);
  timer.set(1h);
  EXPECT_FALSE(q::try_wait(timer));
  timer.set(1ms);
  EXPECT_TRUE(q::wait_for(timer, 30s));
}

// An expiration that the reactor had already claimed must not come after a cancel() (asio#878).
TEST(Timer, NoExpirationFollowsACancel_A1) {
  q::timer timer;
  int met_signalled = 0;
  for (support::rounds_until_met rounds(3'000); rounds.go_on(met_signalled > 0);) {
    const int round = rounds.number();
    const auto limit = std::chrono::microseconds(round % 60);
    const auto due = std::chrono::steady_clock::now() + limit;
    timer.set(limit);
    while (round % 3 == 0 && !q::try_wait(timer)) {
    }
    while (round % 3 == 1 && std::chrono::steady_clock::now() < due) {  // so that the two meet
    }
    timer.cancel();
    met_signalled += q::try_wait(timer) ? 1 : 0;  // a signal that came before the cancel stays
    ASSERT_FALSE(q::try_wait(timer));
  }
  // Looks once more, when the reactor has certainly worked off what it had claimed.
  q::timer later;
  later.set(1ms);
  ASSERT_TRUE(q::wait_for(later, 30s));
  EXPECT_FALSE(q::try_wait(timer));
  EXPECT_GT(met_signalled, 0) << "no cancel met an expiration: the test shows nothing";
}

TEST(Timer, ADuplicateKeepsItArmedThoughTheFirstHandleIsClosed_A4) {
  q::timer timer;
  timer.set(20ms);
  q::timer other = timer.duplicate();
  timer = q::timer();
  EXPECT_TRUE(q::wait_for(other, 30s));
}

TEST(Timer, ClosingAnArmedOneIsSafeAtEveryMoment_A4) {
  for (int round = 0; round < 2000; ++round) {
    q::timer timer;
    timer.set(std::chrono::microseconds(round % 40), std::chrono::microseconds(10));
    if (round % 4 == 0) static_cast<void>(q::wait_for(timer, 100us));
  }
  q::timer last;
  last.set(1ms);
  EXPECT_TRUE(q::wait_for(last, 30s));
}

// A place in the queue whose claim makes a call: in the midst of a set(), where threads that it released are running
// already.
class called_in_the_midst final : private q::wait_block {
 public:
  called_in_the_midst(q::handle_ref object, std::function<void()> call) : call_(std::move(call)) {
    place_.block = this;
    q::queue_lock lock(*object.object());
    lock.append(place_);
  }

 private:
  claimed claim(q::waiter&, q::wait_status) noexcept override {
    call_();
    return claimed::done;
  }
  void tell(q::waiter&) noexcept override {}

  std::function<void()> call_;
  q::waiter place_;
};

TEST(Timer, StaysUntilTheSetThatSignalsItHasEndedThoughItsLastHandleIsClosedMeanwhile_A4) {
  const auto reactors = [] { return support::threads_named("quiesce-reactor").size(); };
  ASSERT_TRUE(support::eventually([&] { return reactors() == 0; }));
  q::timer timer;  // the reactor runs as long as the object is there
  ASSERT_TRUE(support::eventually([&] { return reactors() == 1; })) << "its thread names itself";
  std::size_t in_the_midst = 0;
  const called_in_the_midst waiter(timer, [&] {
    { const q::timer closed(std::move(timer)); }
    in_the_midst = reactors();
  });
  timer.set(0s);
  EXPECT_EQ(in_the_midst, 1u);
  EXPECT_TRUE(support::eventually([&] { return reactors() == 0; })) << "and it goes when the set has ended";
}

}  // namespace
