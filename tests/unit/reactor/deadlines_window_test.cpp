#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>

#include "reactor/deadlines.hpp"

namespace {

using quiesce::os::clock_id;
using quiesce::reactor::deadline_entry;
using quiesce::reactor::deadlines;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

struct counter : deadline_entry {
  bool claim_expiry() noexcept override {
    ++claims;
    return false;
  }
  void tell_expiry() noexcept override {}
  int claims = 0;
};

// Waits as the reactor does, at most half a minute, and expires what is due.
void look(deadlines& all) {
  pollfd one{.fd = all.descriptor(clock_id::steady), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&one, 1, 30'000), 1);
  static_cast<void>(all.expire_due(clock_id::steady, quiesce::os::now(clock_id::steady)));
}

TEST(DeadlineWindow, AloneItExpiresAtTheEndOfItsWindow) {
  deadlines all;
  counter one;
  const auto due = steady_clock::now();
  all.schedule(one, due, 3ms);
  look(all);
  EXPECT_EQ(one.claims, 1);
  EXPECT_GE(steady_clock::now(), due + 3ms);
}

TEST(DeadlineWindow, ItExpiresWithAnEarlierOneOnceItHasBegun) {
  deadlines all;
  counter exact, wide, later;
  const auto now = steady_clock::now();
  all.schedule(wide, now, 1h);
  all.schedule(later, now + 1h, 1h);
  all.schedule(exact, now + 2ms);
  look(all);
  EXPECT_EQ(exact.claims, 1);
  EXPECT_EQ(wide.claims, 1) << "the window had begun";
  EXPECT_EQ(later.claims, 0) << "this one had not";
  EXPECT_TRUE(all.cancel(later));
}

TEST(DeadlineWindow, WithoutOneAnEntryIsNotHeldUpByThoseThatHaveOne) {
  deadlines all;
  counter exact, wide;
  const auto now = steady_clock::now();
  all.schedule(wide, now + 1h, 1h);
  all.schedule(exact, now + 1ms);
  look(all);
  EXPECT_EQ(exact.claims, 1);
  EXPECT_TRUE(all.cancel(wide));
}

TEST(DeadlineWindow, ThatReachesBeyondTheLastMomentIsCut) {
  deadlines all;
  counter one;
  all.schedule(one, steady_clock::now() + 1h, std::chrono::nanoseconds::max());
  static_cast<void>(all.expire_due(clock_id::steady, quiesce::os::now(clock_id::steady)));
  EXPECT_EQ(one.claims, 0);
  EXPECT_TRUE(all.cancel(one));
}

}  // namespace
