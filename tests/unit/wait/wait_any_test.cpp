#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::waiters_of;

std::vector<q::handle_ref> refs(const std::vector<q::auto_reset_event>& events) {
  return {events.begin(), events.end()};
}

std::size_t how_many_are_waited_for(const std::vector<q::auto_reset_event>& events) {
  std::size_t count = 0;
  for (const auto& event : events) count += waiters_of::any(event) ? 1 : 0;
  return count;
}

std::size_t how_many_can_be_taken(const std::vector<q::auto_reset_event>& events) {
  std::size_t count = 0;
  for (const auto& event : events) count += q::try_wait(event) ? 1 : 0;
  return count;
}

TEST(WaitAny, TakesTheLowestSignalledIndexAndThatOneOnly_B2) {
  q::auto_reset_event first, second(true), third(true);
  EXPECT_EQ(q::wait_any({first, second, third}).index, 1u);
  EXPECT_EQ(q::wait_any({first, second, third}).index, 2u);
  const q::wait_result nothing = q::try_wait_any({first, second, third});
  EXPECT_EQ(nothing.status, q::wait_status::timed_out);
  EXPECT_EQ(nothing.index, q::wait_result::none);
}

TEST(WaitAny, LeavesAManualResetEventSignalledAndWhatComesAfterItUntouched_B2) {
  const q::manual_reset_event stays(true);
  const q::auto_reset_event after(true);
  EXPECT_EQ(q::wait_any({stays, after}).index, 0u);
  EXPECT_EQ(q::wait_any({stays, after}).index, 0u);
  EXPECT_TRUE(q::try_wait(after));
}

// dotnet/corefx#2865: the same handle twice was refused.
TEST(WaitAny, TheSameObjectMayStandInItTwice_B2) {
  q::auto_reset_event event(true), other;
  EXPECT_EQ(q::wait_any({other, event, event}).index, 1u);
  EXPECT_FALSE(q::try_wait(event)) << "taken once";
  EXPECT_EQ(q::wait_any_for({event, event}, 1ms).status, q::wait_status::timed_out);
  EXPECT_FALSE(waiters_of::any(event));

  q::wait_result result{};
  std::jthread waiter([&] { result = q::wait_any({other, event, event}); });
  ASSERT_TRUE(eventually([&] { return waiters_of::count(event) == 2; }));
  event.set();
  waiter.join();
  EXPECT_EQ(result.index, 1u);
  EXPECT_EQ(waiters_of::raw_word(event), 0u) << "nobody queued, and the signal taken once and not stored";
}

TEST(WaitAny, ASetSkipsTheSecondPlaceOfAWaitThatItHasEnded_A2_B2) {
  q::auto_reset_event event;
  std::atomic<int> ended{0};
  std::jthread twice([&] { ended += q::wait_any({event, event}) ? 1 : 0; });
  ASSERT_TRUE(eventually([&] { return waiters_of::count(event) == 2; }));
  std::jthread next([&] { ended += q::wait(event) ? 1 : 0; });
  ASSERT_TRUE(eventually([&] { return waiters_of::count(event) == 3; }));
  event.set();
  event.set();
  EXPECT_TRUE(eventually([&] { return ended.load() == 2; })) << "the second signal went to a wait that was over";
  if (ended.load() != 2) event.set();
}

// microsoft/WSL#40035, dotnet/runtime#1646: the 65th handle failed, or 64 of them seemed to time out.
TEST(WaitAny, HasNoLimitOf64Objects_B2) {
  for (const std::size_t size : {std::size_t{64}, std::size_t{65}, std::size_t{200}, std::size_t{3000}}) {
    std::vector<q::auto_reset_event> events(size);
    const auto all = refs(events);
    EXPECT_EQ(q::try_wait_any(all).status, q::wait_status::timed_out);
    EXPECT_EQ(q::wait_any_for(all, 1ms).status, q::wait_status::timed_out);
    EXPECT_EQ(how_many_are_waited_for(events), 0u);
    events.back().set();
    EXPECT_EQ(q::wait_any(all).index, size - 1);
    EXPECT_EQ(how_many_can_be_taken(events), 0u);
  }
}

TEST(WaitAny, BlocksOn200AndTellsWhichOfThemEndedIt_B2) {
  std::vector<q::auto_reset_event> events(200);
  const auto all = refs(events);
  for (const std::size_t chosen :
       {std::size_t{0}, std::size_t{63}, std::size_t{64}, std::size_t{137}, std::size_t{199}}) {
    std::jthread setter([&] {
      eventually([&] { return waiters_of::any(events.back()); });
      events[chosen].set();
    });
    const q::wait_result result = q::wait_any(all);
    EXPECT_EQ(result.status, q::wait_status::signalled);
    EXPECT_EQ(result.index, chosen);
    setter.join();
    EXPECT_EQ(how_many_are_waited_for(events), 0u);
    EXPECT_EQ(how_many_can_be_taken(events), 0u);
  }
}

TEST(WaitAny, OfSeveralSignalsThatComeWhileItWaitsItTakesOne_B2_B5) {
  std::vector<q::auto_reset_event> events(3);
  q::wait_result result{};
  std::jthread waiter([&] { result = q::wait_any(refs(events)); });
  ASSERT_TRUE(eventually([&] { return waiters_of::any(events[2]); }));
  events[2].set();
  events[0].set();
  events[1].set();
  waiter.join();
  EXPECT_EQ(result.index, 2u) << "the first that came, since it was handed over by its set";
  EXPECT_TRUE(q::try_wait(events[0]));
  EXPECT_TRUE(q::try_wait(events[1]));
  EXPECT_FALSE(q::try_wait(events[2]));
}

TEST(WaitAny, WaitersForTheSameObjectsInOppositeOrderGetOneEach_A5_B2) {
  q::auto_reset_event a, b;
  std::atomic<int> ended{0};
  std::jthread one([&] { ended += q::wait_any({a, b}) ? 1 : 0; });
  std::jthread two([&] { ended += q::wait_any({b, a}) ? 1 : 0; });
  ASSERT_TRUE(eventually([&] { return waiters_of::count(a) == 2 && waiters_of::count(b) == 2; }));
  a.set();
  b.set();
  one.join();
  two.join();
  EXPECT_EQ(ended.load(), 2);
  EXPECT_FALSE(q::try_wait_any({a, b}));
}

TEST(WaitAny, AnAvailableSignalWinsOverALimitAndAStop_B5) {
  const q::auto_reset_event never_set;
  const q::manual_reset_event ready(true);
  const auto source = std::make_unique<std::stop_source>();
  source->request_stop();
  EXPECT_EQ(q::wait_any_for({never_set, ready}, 0s, source->get_token()).index, 1u);
  EXPECT_EQ(q::wait_any({never_set, ready}, source->get_token()).index, 1u);
  EXPECT_EQ(q::wait_any_until({never_set, ready}, std::chrono::steady_clock::now() - 1s).index, 1u);
}

// libunifex#442, capy#151: a wait for an event could not be cancelled, so what contained it never ended.
TEST(WaitAny, EndsAtAStopAndLeavesAllQueues_B1_B5) {
  std::vector<q::auto_reset_event> events(70);
  const auto all = refs(events);
  std::stop_source source;
  {
    const std::jthread stopper([&] {
      eventually([&] { return waiters_of::any(events.back()); });
      source.request_stop();
    });
    const q::wait_result result = q::wait_any_for(all, 1h, source.get_token());
    EXPECT_EQ(result.status, q::wait_status::stopped);
    EXPECT_EQ(result.index, q::wait_result::none);
  }
  EXPECT_EQ(q::wait_any(all, source.get_token()).status, q::wait_status::stopped);
  EXPECT_EQ(how_many_are_waited_for(events), 0u);
  for (auto& event : events) event.set();
  EXPECT_EQ(how_many_can_be_taken(events), events.size());
}

TEST(WaitAny, ALimitIsNotEarly_B6) {
  const q::auto_reset_event a, b;
  const q::handle_ref both[] = {a, b};
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(q::wait_any_for(both, 5ms).status, q::wait_status::timed_out);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 5ms);
  const auto until = std::chrono::system_clock::now() + 5ms;
  EXPECT_EQ(q::wait_any_until(both, until).status, q::wait_status::timed_out);
  EXPECT_GE(std::chrono::system_clock::now(), until);
  EXPECT_EQ(q::wait_any_until({a, b}, std::chrono::steady_clock::now() + 1us).status, q::wait_status::timed_out);
}

TEST(WaitAny, HandlesMayBeClosedWhileTheyAreWaitedFor_A4) {
  for (const std::size_t size : {std::size_t{2}, std::size_t{100}}) {
    std::vector<q::auto_reset_event> events(size);
    q::auto_reset_event kept = events[size / 2].duplicate();
    q::auto_reset_event last = events.back().duplicate();
    q::wait_result result{};
    {
      const std::jthread waiter([&, all = refs(events)] { result = q::wait_any(all); });
      ASSERT_TRUE(eventually([&] { return waiters_of::any(last); }));
      events.clear();
      kept.set();
    }
    EXPECT_EQ(result.index, size / 2);
  }
}

}  // namespace
