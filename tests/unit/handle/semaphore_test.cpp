#include "quiesce/semaphore.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/queued_waiters.hpp"
#include "support/take.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::queued_waiters;
using support::take;
using support::waiters_of;

constexpr std::uint32_t largest = std::numeric_limits<std::uint32_t>::max();

// Zero for a call that does not fail.
std::error_code error_of_release(q::semaphore& semaphore, std::uint32_t n) {
  try {
    semaphore.release(n);
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

TEST(Semaphore, CanBeTakenAsOftenAsItCounts_A1) {
  const q::semaphore semaphore(3);
  EXPECT_TRUE(q::wait(semaphore));
  EXPECT_TRUE(take(semaphore));
  EXPECT_TRUE(q::wait_for(semaphore, 30s));
  EXPECT_FALSE(take(semaphore));
  EXPECT_EQ(q::wait_for(semaphore, 1ms).status, q::wait_status::timed_out);
  EXPECT_EQ(waiters_of::raw_word(semaphore), 0u) << "nothing is left behind by a wait that timed out";
}

TEST(Semaphore, AReleaseReturnsTheCountBefore_A6) {
  q::semaphore semaphore(1);
  EXPECT_EQ(semaphore.release(2), 1u);
  EXPECT_EQ(semaphore.release(), 3u);
  EXPECT_TRUE(take(semaphore));
  EXPECT_EQ(semaphore.release(0), 3u);
}

TEST(Semaphore, AReleaseBeyondTheMaximumIsAnErrorAndChangesNothing_A6) {
  q::semaphore semaphore(2, 3);
  EXPECT_EQ(error_of_release(semaphore, 2), std::errc::value_too_large);
  EXPECT_EQ(semaphore.release(0), 2u);
  EXPECT_EQ(semaphore.release(1), 2u) << "up to the maximum it may";
  EXPECT_EQ(error_of_release(semaphore, 1), std::errc::value_too_large);
  EXPECT_EQ(error_of_release(semaphore, largest), std::errc::value_too_large);
  EXPECT_EQ(semaphore.release(0), 3u);
}

TEST(Semaphore, ASumThatWrapsAround32BitsIsBeyondTheMaximum_A6) {
  q::semaphore semaphore(largest - 1, largest);
  EXPECT_EQ(error_of_release(semaphore, 2), std::errc::value_too_large);
  EXPECT_EQ(error_of_release(semaphore, largest), std::errc::value_too_large);
  EXPECT_EQ(semaphore.release(1), largest - 1);
  EXPECT_EQ(error_of_release(semaphore, 1), std::errc::value_too_large);
  EXPECT_EQ(semaphore.release(0), largest);
  EXPECT_TRUE(take(semaphore));
  EXPECT_EQ(semaphore.release(1), largest - 1);
}

TEST(Semaphore, ItsMaximumIs2147483647IfNothingElseIsSaid_A1) {
  q::semaphore semaphore(2147483646);
  EXPECT_EQ(semaphore.release(), 2147483646u);
  EXPECT_EQ(error_of_release(semaphore, 1), std::errc::value_too_large);
  EXPECT_EQ(semaphore.release(0), 2147483647u);
}

// Of the call, which has to be refused.
template <class Call>
std::string text_of_refusal(Call call) {
  try {
    call();
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Semaphore, TheErrorOfARefusedReleaseTellsTheValuesTheNameAndThePlace_J4) {
  q::semaphore semaphore(0, 7);
  const auto release = [&] { semaphore.release(8); };
  const std::string rule = "maximum of 7 was released by 8";
  const std::string nameless = text_of_refusal(release);
  EXPECT_NE(nameless.find(rule + " ("), std::string::npos) << nameless;
  EXPECT_NE(nameless.find("semaphore_test.cpp:"), std::string::npos) << nameless;
  semaphore.set_name("slots");
  const std::string named = text_of_refusal(release);
  EXPECT_NE(named.find(rule + " [slots] ("), std::string::npos) << named;
}

TEST(Semaphore, SoDoesThatOfASignalAndWait_J4) {
  q::semaphore semaphore(7, 7);
  const q::auto_reset_event event;
  const auto signal = [&] { static_cast<void>(q::signal_and_wait(semaphore, event)); };
  const std::string rule = "a semaphore at its maximum was released";
  const std::string nameless = text_of_refusal(signal);
  EXPECT_NE(nameless.find(rule + " ("), std::string::npos) << nameless;
  EXPECT_NE(nameless.find("semaphore_test.cpp:"), std::string::npos) << nameless;
  semaphore.set_name("slots");
  const std::string named = text_of_refusal(signal);
  EXPECT_NE(named.find(rule + " [slots] ("), std::string::npos) << named;
}

TEST(Semaphore, AReleaseEndsThatManyWaitsInTheOrderOfTheirComing_A6) {
  q::semaphore semaphore(0);
  queued_waiters waiters(semaphore);
  ASSERT_TRUE(waiters.add(4));
  EXPECT_EQ(semaphore.release(), 0u);
  EXPECT_EQ(waiters_of::count(semaphore), 3u) << "the release itself takes the waiter out of the queue";
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(0); }));
  EXPECT_EQ(waiters.ended(), 1u);
  semaphore.release(2);
  EXPECT_EQ(waiters_of::count(semaphore), 1u);
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(1) && waiters.has_ended(2); }));
  EXPECT_FALSE(waiters.has_ended(3));
  EXPECT_FALSE(take(semaphore)) << "what was handed over was stored as well";
}

TEST(Semaphore, WhatIsLeftAfterTheWaitersIsStored_A6) {
  q::semaphore semaphore(0);
  queued_waiters waiters(semaphore);
  ASSERT_TRUE(waiters.add(2));
  EXPECT_EQ(semaphore.release(5), 0u);
  ASSERT_TRUE(eventually([&] { return waiters.ended() == 2; }));
  EXPECT_TRUE(waiters.all_signalled());
  EXPECT_EQ(semaphore.release(0), 3u);
}

TEST(Semaphore, WaitersDoNotMakeRoomBeyondTheMaximum_A6) {
  q::semaphore semaphore(0, 2);
  queued_waiters waiters(semaphore);
  ASSERT_TRUE(waiters.add(3));
  EXPECT_EQ(error_of_release(semaphore, 3), std::errc::value_too_large);
  EXPECT_EQ(waiters_of::count(semaphore), 3u) << "nobody was released by it";
  EXPECT_EQ(waiters.ended(), 0u);
  EXPECT_EQ(semaphore.release(2), 0u);
  EXPECT_TRUE(eventually([&] { return waiters.has_ended(0) && waiters.has_ended(1); }));
  EXPECT_EQ(semaphore.release(2), 0u) << "one for the third, one to store";
  EXPECT_TRUE(eventually([&] { return waiters.ended() == 3; }));
  EXPECT_EQ(semaphore.release(0), 1u);
}

TEST(Semaphore, AReleaseByZeroReleasesNobody) {
  q::semaphore semaphore(0, 1);
  queued_waiters waiters(semaphore);
  ASSERT_TRUE(waiters.add());
  EXPECT_EQ(semaphore.release(0), 0u);
  EXPECT_EQ(waiters_of::count(semaphore), 1u);
  semaphore.release();
  EXPECT_TRUE(eventually([&] { return waiters.ended() == 1; }));
}

TEST(Semaphore, AWaiterThatWasStoppedIsPassedOver_B5) {
  q::semaphore semaphore(0);
  queued_waiters waiters(semaphore);
  ASSERT_TRUE(waiters.add(2));
  waiters.stop(0);
  EXPECT_EQ(waiters.status(0), q::wait_status::stopped);
  semaphore.release(2);
  ASSERT_TRUE(eventually([&] { return waiters.has_ended(1); }));
  EXPECT_EQ(semaphore.release(0), 1u) << "one for the second waiter, and none for the first";
}

TEST(Semaphore, StandsInAWaitForAnyOfSeveral_A1_B2) {
  q::semaphore first(0), second(2);
  EXPECT_EQ(q::wait_any({first, second}).index, 1u);
  q::wait_result result{};
  std::jthread waiter([&] { result = q::wait_any({first, q::auto_reset_event(), first}); });
  ASSERT_TRUE(eventually([&] { return waiters_of::count(first) == 2; }));
  first.release(2);
  waiter.join();
  EXPECT_EQ(result.index, 0u);
  EXPECT_EQ(first.release(0), 1u) << "a wait takes one, in whichever places it stands";
  EXPECT_EQ(second.release(0), 1u);
}

TEST(Semaphore, ARegisteredWaitCountsOneLessForEachCallback_A1) {
  q::thread_pool pool({.running = 2});
  q::semaphore semaphore(2);
  std::atomic<int> called{0};
  q::registered_wait wait = pool.register_wait(
      semaphore, [&](q::callback_scope&) { ++called; }, q::repeat::until_stopped);
  ASSERT_TRUE(eventually([&] { return called.load() == 2; }));
  ASSERT_TRUE(eventually([&] { return waiters_of::any(semaphore); }));
  semaphore.release(3);
  ASSERT_TRUE(eventually([&] { return called.load() == 5; }));
  ASSERT_TRUE(eventually([&] { return waiters_of::any(semaphore); }));
  EXPECT_EQ(semaphore.release(0), 0u);
  wait.stop();
  EXPECT_EQ(called.load(), 5);
}

TEST(Semaphore, AHandleMayBeClosedWhileItIsWaitedFor_A4) {
  auto first = std::make_unique<q::semaphore>(0);
  q::semaphore second = first->duplicate();
  queued_waiters waiters(second);
  ASSERT_TRUE(waiters.add(2));
  first.reset();
  EXPECT_EQ(second.release(2), 0u);
  EXPECT_TRUE(eventually([&] { return waiters.ended() == 2; }));
  EXPECT_TRUE(waiters.all_signalled());

  std::stop_source stop;
  q::wait_status status{};
  auto last = std::make_unique<q::semaphore>(0);
  const q::handle_ref object = *last;
  std::jthread waiter([&, object] { status = q::wait(object, stop.get_token()).status; });
  ASSERT_TRUE(eventually([&] { return waiters_of::any(object); }));
  last.reset();
  stop.request_stop();
  waiter.join();
  EXPECT_EQ(status, q::wait_status::stopped);
}

TEST(Semaphore, WhatCannotBeMadeIsRefused_J4) {
  EXPECT_THROW(q::semaphore(0, 0), std::logic_error);
  EXPECT_THROW(q::semaphore(2, 1), std::logic_error);
  EXPECT_NO_THROW(q::semaphore(1, 1));
  EXPECT_NO_THROW(q::semaphore(largest, largest));
}

}  // namespace
