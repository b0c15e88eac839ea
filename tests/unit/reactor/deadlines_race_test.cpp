#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "os/clock.hpp"
#include "reactor/deadlines.hpp"

namespace {

using quiesce::os::clock_id;
using quiesce::reactor::deadline_entry;
using quiesce::reactor::deadlines;

bool is_readable(const deadlines& all, int milliseconds) {
  pollfd one{.fd = all.descriptor(clock_id::steady), .events = POLLIN, .revents = 0};
  return ::poll(&one, 1, milliseconds) == 1;
}

void expire_all(deadlines& all) {
  while (all.expire_due(clock_id::steady, quiesce::os::now(clock_id::steady))) {
  }
}

TEST(DeadlinesRace, ACancelThatComesTooLateReturnsWhenTheClaimIsOver) {
  struct slow : deadline_entry {
    bool claim_expiry() noexcept override {
      claiming = true;
      for (int i = 0; i < 1000; ++i) std::this_thread::yield();
      claimed = true;
      return false;
    }
    void tell_expiry() noexcept override {}
    std::atomic<bool> claiming{false};
    std::atomic<bool> claimed{false};
  } one;
  deadlines all;
  all.schedule(one, std::chrono::nanoseconds(0));
  std::thread reactor([&] { expire_all(all); });
  while (!one.claiming) std::this_thread::yield();
  EXPECT_FALSE(all.cancel(one));
  EXPECT_TRUE(one.claimed);
  reactor.join();
}

// asio#878, asio#1475: what is cancelled may be freed on the next line, and what was told was not cancelled.
TEST(DeadlinesRace, ACancelledEntryCanBeFreedAtOnceWhileOthersExpire) {
  struct counted : deadline_entry {
    bool claim_expiry() noexcept override { return !settled.exchange(true); }
    void tell_expiry() noexcept override { told.store(true); }
    std::atomic<bool> settled{false};  // decided: told or cancelled
    std::atomic<bool> told{false};
  };
  deadlines all;
  std::atomic<bool> over{false};
  std::thread reactor([&] {
    while (!over) {
      if (is_readable(all, 1)) expire_all(all);
    }
  });
  int cancelled = 0;
  int told = 0;
  std::vector<std::thread> users;
  std::mutex results;
  for (int user = 0; user < 2; ++user) {
    users.emplace_back([&, user] {
      for (int round = 0; round < 3000; ++round) {
        auto one = std::make_unique<counted>();
        all.schedule(*one, std::chrono::microseconds((round * 7 + user) % 40));
        const std::int64_t settles_at = quiesce::os::now(clock_id::steady) + round % 50 * 1000;
        while (quiesce::os::now(clock_id::steady) < settles_at) {
        }
        const bool settled_here = !one->settled.exchange(true);
        const bool was_linked = all.cancel(*one);
        // Linked means unclaimed. Unlinked, it may have been claimed in vain since we settled it.
        EXPECT_TRUE(settled_here || !was_linked);
        while (!settled_here && !one->told) std::this_thread::yield();
        const std::lock_guard hold(results);
        ++(settled_here ? cancelled : told);
      }
    });
  }
  for (std::thread& user : users) user.join();
  over = true;
  reactor.join();
  EXPECT_EQ(cancelled + told, 6000);
}

}  // namespace
