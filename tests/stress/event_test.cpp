#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <stop_token>
#include <thread>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/rounds.hpp"

namespace {

namespace q = quiesce;
using std::chrono::microseconds;
using support::eventually;

// Every signal is waited for before the next one is given: one that a waiter swallowed while it timed out would be missed.
TEST(EventStress, NoSignalIsSwallowedByAWaiterThatTimesOut_B5) {
  const int rounds = support::rounds(30'000);
  q::auto_reset_event event;
  std::atomic<int> taken{0};
  std::atomic<int> timed_out{0};
  std::atomic<bool> over{false};
  const auto wait = [&] {
    for (int turn = 0; !over; ++turn) {
      ++(q::wait_for(event, microseconds(turn % 10)) ? taken : timed_out);
    }
  };
  std::array<std::thread, 2> waiters{std::thread(wait), std::thread(wait)};
  for (int round = 1; round <= rounds; ++round) {
    // Now and then the waiters get the time to run into their limit; else the next signal meets them wherever they are.
    const int before = timed_out.load();
    if (round % 10 == 0) {
      ASSERT_TRUE(eventually([&] { return timed_out.load() > before; }));
    }
    event.set();
    ASSERT_TRUE(eventually([&] { return taken.load() >= round; })) << "signal " << round << " was lost";
    ASSERT_EQ(taken.load(), round) << "a signal was taken twice";
  }
  over = true;
  for (auto& thread : waiters) thread.join();
  EXPECT_EQ(taken.load(), rounds);
  EXPECT_GE(timed_out.load(), 1000) << "the time-outs did not race with the signals";
}

TEST(EventStress, AWaitForAnyOfSeveralTakesEachSignalOnce_B2_B5) {
  const int rounds = support::rounds(10'000);
  constexpr std::size_t count = 3;
  std::array<q::auto_reset_event, count> events;
  std::array<std::atomic<int>, count> taken{};
  std::atomic<bool> over{false};
  std::atomic<int> timed_out{0};
  const auto wait = [&] {
    const q::handle_ref all[] = {events[0], events[1], events[2], events[0]};
    for (int turn = 0; !over; ++turn) {
      const q::wait_result result = q::wait_any_for(all, microseconds(turn % 100));
      if (result) {
        ++taken[result.index % count];
      } else {
        ++timed_out;
      }
    }
  };
  const auto signal = [&](std::size_t which, int before) {
    for (int round = before + 1; round <= before + rounds; ++round) {
      events[which].set();
      ASSERT_TRUE(eventually([&] { return taken[which].load() >= round; })) << "a signal was lost";
    }
  };
  std::array<std::thread, 2> waiters{std::thread(wait), std::thread(wait)};
  support::rounds_until_met runs(1);
  while (runs.go_on(timed_out >= 100)) {
    std::array<std::thread, count> setters;
    for (std::size_t i = 0; i < count; ++i) setters[i] = std::thread(signal, i, runs.number() * rounds);
    for (auto& thread : setters) thread.join();
  }
  over = true;
  for (auto& thread : waiters) thread.join();
  for (const auto& each : taken) EXPECT_EQ(each.load(), runs.number() * rounds);
  EXPECT_GE(timed_out.load(), 100);
}

TEST(EventStress, AStopRequestAndASignalEndAWaitOnce_B1_B5) {
  const int rounds = support::rounds(20'000);
  q::auto_reset_event event;
  int signalled = 0;
  int stopped = 0;
  std::atomic<int> begun{0};
  std::atomic<int> was_stopped{0};
  std::atomic<int> was_set{0};
  std::atomic<std::stop_source*> asked{nullptr};
  // A third of the rounds lets both run freely; in the others one of the two is first.
  const auto may_go = [&](int round, int waits_for_other, const std::atomic<int>& other) {
    return eventually([&] { return begun.load() >= round && (round % 3 != waits_for_other || other.load() >= round); });
  };
  std::thread stopper([&] {
    for (int round = 1; round <= rounds && may_go(round, 1, was_set); ++round) {
      asked.exchange(nullptr)->request_stop();
      was_stopped = round;
    }
  });
  std::thread setter([&] {
    for (int round = 1; round <= rounds && may_go(round, 2, was_stopped); ++round) {
      event.set();
      was_set = round;
    }
  });
  for (int round = 1; round <= rounds; ++round) {
    std::stop_source source;
    asked = &source;
    begun = round;
    const q::wait_result result = q::wait(event, source.get_token());
    ASSERT_TRUE(result.status == q::wait_status::signalled || result.status == q::wait_status::stopped);
    ++(result ? signalled : stopped);
    ASSERT_TRUE(eventually([&] { return was_stopped.load() >= round; })) << "the source must not go before";
    // A wait that was stopped took nothing: its signal is still there, or comes.
    if (!result) {
      ASSERT_TRUE(q::wait_for(event, std::chrono::seconds(30)));
    }
  }
  stopper.join();
  setter.join();
  EXPECT_FALSE(q::try_wait(event)) << "a signal was there twice";
  EXPECT_GE(signalled, 100);
  EXPECT_GE(stopped, 100);
}

TEST(EventStress, ADisarmMeetsASignalOnceOrTheOtherWay_C4_C6) {
  const int rounds = support::rounds(20'000);
  q::thread_pool pool({.running = 2});
  q::auto_reset_event event;
  std::atomic<int> called{0};
  std::atomic<int> go{0};
  std::atomic<int> setting{0};
  int disarmed = 0;
  q::registered_wait wait{pool, [&](q::callback_scope&) { ++called; }};
  std::thread setter([&] {
    for (int round = 1; round <= rounds; ++round) {
      if (!eventually([&] { return go.load() >= round; })) return;
      setting = round;
      event.set();
    }
  });
  for (int round = 1; round <= rounds; ++round) {
    const int before = called.load();
    ASSERT_EQ(wait.arm(event), q::arm_status::armed);
    go = round;
    if (round % 2 == 0) {
      ASSERT_TRUE(eventually([&] { return setting.load() >= round && (round % 4 != 0 || called.load() > before); }));
    }
    for (int turn = round % 60; turn > 0; --turn) static_cast<void>(called.load());
    if (wait.disarm()) {
      ++disarmed;
      ASSERT_TRUE(q::wait_for(event, std::chrono::seconds(30))) << "the signal went with the disarmed wait";
      ASSERT_EQ(called.load(), before);
    } else {
      ASSERT_TRUE(eventually([&] { return called.load() == before + 1; }));
      ASSERT_FALSE(q::try_wait(event));
    }
  }
  setter.join();
  EXPECT_GE(disarmed, 100) << "no disarm was in time: the test shows nothing";
  EXPECT_GE(rounds - disarmed, 100) << "no disarm was too late: the test shows nothing";
}

}  // namespace
